/**
 * Links between the pages lead somewhere, headings included, in the npm package as in a clone; and pages name only paths that
 * exist.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const { files: packed } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: readonly string[] };
const pages = [
  ...markdownIn(root, false),
  ...['docs', 'changes', 'fixtures', 'benchmarks', 'openspec', 'models', 'examples'].flatMap((folder) =>
    markdownIn(join(root, folder), true),
  ),
].map((page) => relative(root, page));

/** The command that CONTRIBUTING invents to show how one is added. */
const invented = 'frobnicate';

test.each(pages)('the links of %s lead to files and headings that exist', (page) => {
  const links = linksOf(withoutFences(readFileSync(join(root, page), 'utf8')));
  expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
});

test.each(pages.filter(isPacked))('the links of %s lead to what is in the npm package too', (page) => {
  const targets = linksOf(withoutFences(readFileSync(join(root, page), 'utf8'))).map((link) => targetOf(page, link));
  expect(targets.map((target) => relative(root, target)).filter((target) => !isPacked(target))).toEqual([]);
});

test.each(pages.filter((page) => !page.startsWith('fixtures')))('the paths that %s names exist', (page) => {
  const text = withoutFences(readFileSync(join(root, page), 'utf8'));
  const paths = [
    ...text.matchAll(
      /`((?:src|test|scripts|docs|fixtures|models|changes|benchmarks|examples|openspec|notebooks|bin|man)\/[\w./-]*)`/g,
    ),
  ].map(([, path]) => path ?? '');
  expect(paths.filter((path) => !path.includes(invented) && !existsSync(join(root, path)))).toEqual([]);
});

function leadsSomewhere(page: string, link: string): boolean {
  const [, heading] = link.split('#');
  const target = targetOf(page, link);
  if (!existsSync(target)) return false;
  return heading === undefined || !target.endsWith('.md') || anchorsOf(readFileSync(target, 'utf8')).has(heading);
}

/** The file or folder, by its path on this machine. */
function targetOf(page: string, link: string): string {
  const [path = ''] = link.split('#');
  return path === '' ? join(root, page) : resolve(root, dirname(page), path);
}

/** Whether `files` of package.json takes what is at a path from the root. */
function isPacked(path: string): boolean {
  return packed.some((each) => path === each || path.startsWith(`${each}/`));
}

/** Targets of `[text](target)` that are not addresses. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '').filter((link) => !/^[a-z]+:/.test(link));
}

/** As GitHub makes them: lower case, punctuation dropped, spaces as hyphens. */
function anchorsOf(text: string): Set<string> {
  const headings = [...withoutFences(text).matchAll(/^#+ +(.+)$/gm)].map(([, heading]) => heading ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  );
}

function withoutFences(text: string): string {
  return text.replaceAll(/^(```|~~~).*?^\1/gms, '');
}

function markdownIn(folder: string, deep: boolean): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: deep, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && statSync(join(folder, name)).isFile())
    .map((name) => join(folder, name));
}
