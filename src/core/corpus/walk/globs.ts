/**
 * Include and exclude patterns over paths relative to a root. A pattern without a slash is matched against names at any
 * depth, as in .gitignore; dots need no special pattern.
 */
import picomatch from 'picomatch';
import { QdxError } from '../../../lib/errors.ts';

export interface PathFilter {
  /** Whether a file's path passes both lists. */
  accepts(path: string): boolean;
  /** Whether a whole folder is excluded. */
  prunes(path: string): boolean;
}

/** @throws QdxError `usage` for a pattern with a bracket or brace that nothing closes: it would match nothing. */
export function pathFilter(include: readonly string[], exclude: readonly string[]): PathFilter {
  const included = matcher(include);
  const excluded = matcher(exclude);
  return {
    accepts: (path) => (include.length === 0 || included(path)) && !excluded(path),
    prunes: (path) => exclude.length > 0 && (excluded(path) || excluded(`${path}/`)),
  };
}

function matcher(patterns: readonly string[]): (path: string) => boolean {
  for (const pattern of patterns) assertClosed(pattern);
  const matches = patterns.map((pattern) => {
    const clean = pattern.replace(/^(\.?\/)+/, '');
    // `docs/` and `docs` mean the folder and all in it.
    const whole = clean.replace(/\/+$/, '');
    const anywhere = whole.includes('/') ? whole : `**/${whole}`;
    return picomatch([anywhere, `${anywhere}/**`], { dot: true });
  });
  return (path) => matches.some((match) => match(path));
}

const closers = { '[': ']', '{': '}' } as const;

function assertClosed(pattern: string): void {
  // Escaped characters stand for themselves, as does everything inside of brackets.
  const bare = pattern.replaceAll(/\\./gs, '').replaceAll(/\[[!^]?\]?[^\]]*\]/g, '');
  const braces = bare.replaceAll(/[^{}]/g, '');
  const open = bare.includes('[') ? '[' : depthOf(braces) > 0 ? '{' : null;
  if (open === null) return;
  throw new QdxError('usage', `the pattern ${JSON.stringify(pattern)} has a ${open} that no ${closers[open]} closes`, {
    hint: `add the ${closers[open]}, or write \\${open} for the character itself`,
  });
}

/** Braces that stay open. */
const depthOf = (braces: string): number =>
  braces.split('').reduce((depth, brace) => (brace === '{' ? depth + 1 : Math.max(0, depth - 1)), 0);
