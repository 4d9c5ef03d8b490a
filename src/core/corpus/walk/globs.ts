/**
 * Include and exclude patterns over paths relative to a root. A pattern without a slash is matched against names at any
 * depth, as in .gitignore; dots need no special pattern.
 */
import picomatch from 'picomatch';

export interface PathFilter {
  /** Whether a file's path passes both lists. */
  accepts(path: string): boolean;
  /** Whether a whole folder is excluded. */
  prunes(path: string): boolean;
}

export function pathFilter(include: readonly string[], exclude: readonly string[]): PathFilter {
  const included = matcher(include);
  const excluded = matcher(exclude);
  return {
    accepts: (path) => (include.length === 0 || included(path)) && !excluded(path),
    prunes: (path) => exclude.length > 0 && (excluded(path) || excluded(`${path}/`)),
  };
}

function matcher(patterns: readonly string[]): (path: string) => boolean {
  const matches = patterns.map((pattern) => {
    const clean = pattern.replace(/^(\.?\/)+/, '');
    // `docs/` and `docs` mean the folder and all in it.
    const whole = clean.replace(/\/+$/, '');
    const anywhere = whole.includes('/') ? whole : `**/${whole}`;
    return picomatch([anywhere, `${anywhere}/**`], { dot: true });
  });
  return (path) => matches.some((match) => match(path));
}
