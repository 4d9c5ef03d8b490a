/**
 * .gitignore files as git reads them: one in every folder, the deeper one decides, `!` takes back, .git/info/exclude
 * comes last; those above the root count too, up to the repository's top.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { readFile } from 'node:fs/promises';

/** A rule file larger than this is not one. */
const maxRuleBytes = 1_000_000;

/** The rules that hold in one folder: its own, then those of the folders above. */
export interface IgnoreRules {
  readonly folder: string;
  readonly own: Ignore | undefined;
  readonly above: IgnoreRules | undefined;
}

/** The rules in force at a root: those of every folder from the repository's top down to it. */
export async function rulesAtRoot(root: string): Promise<IgnoreRules | undefined> {
  const top = await repositoryTop(root);
  if (top === undefined) return rulesBelow(root, undefined);
  const exclude = await readRules(path.join(top, '.git', 'info', 'exclude'));
  let rules: IgnoreRules | undefined = exclude && { folder: top, own: exclude, above: undefined };
  const folders = foldersBetween(top, root);
  for (const folder of folders.slice(0, -1)) {
    rules = await rulesBelow(folder, rules);
    // A root that its repository ignores (node_modules/x, a build folder) was named on purpose: read it.
    const next = folders[folders.indexOf(folder) + 1];
    if (next !== undefined && isIgnored(next, true, rules)) return rulesBelow(root, undefined);
  }
  return rulesBelow(root, rules);
}

/** The rules of a folder inside one whose rules are known. */
export async function rulesBelow(folder: string, above: IgnoreRules | undefined): Promise<IgnoreRules | undefined> {
  const own = await readRules(path.join(folder, '.gitignore'));
  return own === undefined ? above : { folder, own, above };
}

export function isIgnored(file: string, isFolder: boolean, rules: IgnoreRules | undefined): boolean {
  for (let level = rules; level !== undefined; level = level.above) {
    const relative = path.relative(level.folder, file).split(path.sep).join('/');
    const verdict = level.own?.test(isFolder ? `${relative}/` : relative);
    if (verdict?.ignored) return true;
    if (verdict?.unignored) return false;
  }
  return false;
}

async function readRules(file: string): Promise<Ignore | undefined> {
  try {
    const facts = await stat(file);
    if (!facts.isFile() || facts.size > maxRuleBytes) return undefined;
    return ignore({ ignorecase: false }).add((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

/** The nearest folder at or above `folder` that holds a .git. */
async function repositoryTop(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    if (await exists(path.join(at, '.git'))) return at;
    if (at === path.dirname(at)) return undefined;
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** `top`, …, `folder`. */
function foldersBetween(top: string, folder: string): string[] {
  const names = path
    .relative(top, folder)
    .split(path.sep)
    .filter((name) => name !== '');
  return [top, ...names.map((_, index) => path.join(top, ...names.slice(0, index + 1)))];
}
