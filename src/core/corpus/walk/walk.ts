/**
 * Walks a root: every file that belongs to the corpus, in a fixed order; what is left out is counted with its reason.
 */
import { lstat, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import type { SkipSink } from '../skips.ts';
import { pathFilter, type PathFilter } from './globs.ts';
import { type IgnoreRules, isIgnored, rulesAtRoot, rulesBelow } from './ignore-rules.ts';
import { isDependencyFolder, isGeneratedFile } from './left-out.ts';
import { followLink } from './links.ts';
import { type FolderEntry, listFolder } from './list-folder.ts';
import { isSecretFile } from './secrets.ts';

export interface WalkOptions {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly includeSecrets: boolean;
  /** Follow symbolic links that lead out of the root; each folder is read once. */
  readonly followLinks: boolean;
  /** Told of every folder that is walked, the root too, by its absolute path. */
  readonly onFolder?: (folder: string) => void;
  readonly signal?: AbortSignal;
}

export interface WalkedFile {
  readonly absolutePath: string;
  /** Relative to the root, with `/`. */
  readonly path: string;
}

interface Walk {
  /** Real path of the root. */
  readonly root: string;
  readonly options: WalkOptions;
  readonly filter: PathFilter;
  readonly skips: SkipSink;
  /** Real paths of the folders that links have led to. */
  readonly linked: Set<string>;
}

/** @throws QdxError notFound where there is nothing at `root`. */
export async function* walk(root: string, options: WalkOptions, skips: SkipSink): AsyncGenerator<WalkedFile> {
  const real = await realRoot(root);
  const facts = await stat(real);
  if (!facts.isDirectory()) {
    yield* rootFile(root, facts.isFile(), options, skips);
    return;
  }
  const filter = pathFilter(options.include, options.exclude);
  const walk: Walk = { root: real, options, filter, skips, linked: new Set() };
  yield* walkFolder(real, '', await rulesAtRoot(real), walk);
}

async function realRoot(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch (error) {
    const link = await lstat(root).then(
      (facts) => facts.isSymbolicLink(),
      () => false,
    );
    throw new QdxError('notFound', `there is no file or folder ${root}${link ? ' (a broken symbolic link)' : ''}`, {
      hint: 'name an existing folder or file to embed',
      cause: error,
    });
  }
}

/** A file named by the user: patterns and ignore rules do not apply, the guard for secrets does. */
async function* rootFile(
  root: string,
  isRegular: boolean,
  options: WalkOptions,
  skips: SkipSink,
): AsyncGenerator<WalkedFile> {
  const name = path.basename(root);
  if (!isRegular) skips.add('notRegular', name);
  else if (!options.includeSecrets && isSecretFile(name)) skips.add('secret', name);
  else yield { absolutePath: root, path: name };
}

async function* walkFolder(
  folder: string,
  prefix: string,
  rules: IgnoreRules | undefined,
  walk: Walk,
): AsyncGenerator<WalkedFile> {
  walk.options.onFolder?.(folder);
  try {
    for await (const entry of listFolder(folder)) {
      walk.options.signal?.throwIfAborted();
      yield* walkEntry(folder, `${prefix}${entry.name}`, entry, rules, walk);
    }
  } catch (error) {
    if (!isFileSystemError(error)) throw error;
    walk.skips.add('unreadable', `${prefix || '.'} (${error.code})`, prefix);
  }
}

async function* walkEntry(
  folder: string,
  relative: string,
  entry: FolderEntry,
  rules: IgnoreRules | undefined,
  walk: Walk,
): AsyncGenerator<WalkedFile> {
  const { skips, filter } = walk;
  if (!entry.named) return skips.add('nameNotUtf8', relative);
  const absolutePath = path.join(folder, entry.name);
  const kind = entry.kind === 'link' ? await followLink(absolutePath, relative, walk) : entry.kind;
  if (kind === undefined) return undefined;
  if (kind === 'other') return skips.add('notRegular', relative);
  const isFolder = kind === 'folder';
  if (isFolder && isDependencyFolder(entry.name)) return skips.add('dependencies', `${relative}/`);
  if (isIgnored(absolutePath, isFolder, rules)) return skips.add('ignored', isFolder ? `${relative}/` : relative);
  if (isFolder) {
    if (filter.prunes(relative)) return skips.add('excluded', `${relative}/`);
    return yield* walkFolder(absolutePath, `${relative}/`, await rulesBelow(absolutePath, rules), walk);
  }
  if (!filter.accepts(relative)) return skips.add('excluded', relative);
  if (isGeneratedFile(entry.name)) return skips.add('generated', relative);
  if (!walk.options.includeSecrets && isSecretFile(relative)) return skips.add('secret', relative);
  return yield { absolutePath, path: relative };
}

function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
