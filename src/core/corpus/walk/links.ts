/**
 * Symbolic links: followed on request only, and then each folder once, so that loops end.
 */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SkipSink } from '../skips.ts';

export interface LinkContext {
  /** Real path of the root. */
  readonly root: string;
  readonly options: { readonly followLinks: boolean };
  readonly skips: SkipSink;
  /** Real paths of the folders that links have led to; a followed one is added. */
  readonly linked: Set<string>;
}

/** What a link to be followed leads to; undefined (and counted as skipped) for all others. */
export async function followLink(
  link: string,
  relative: string,
  { root, options, skips, linked }: LinkContext,
): Promise<'file' | 'folder' | 'other' | undefined> {
  const target = await linkTarget(link);
  if (typeof target === 'string') {
    skips.add(target, relative);
    return undefined;
  }
  const { real, kind } = target;
  if (kind === 'folder' && (linked.has(real) || isWithin(await realpath(path.dirname(link)), real))) {
    skips.add('symlinkLoop', relative);
    return undefined;
  }
  // What lies inside of the root is read under its own name.
  if (!options.followLinks || isWithin(real, root)) {
    skips.add('symlink', relative);
    return undefined;
  }
  if (kind === 'folder') linked.add(real);
  return kind;
}

async function linkTarget(
  link: string,
): Promise<'brokenLink' | 'symlinkLoop' | { readonly real: string; readonly kind: 'file' | 'folder' | 'other' }> {
  try {
    const real = await realpath(link);
    const facts = await stat(real);
    return { real, kind: facts.isFile() ? 'file' : facts.isDirectory() ? 'folder' : 'other' };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'symlinkLoop' : 'brokenLink';
  }
}

/** Whether `inner` is `outer` or lies below it. */
function isWithin(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}
