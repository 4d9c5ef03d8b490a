/**
 * The roots that a user named: paths from the command line or from the collection's entry, each with the name of its source.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import { lookAtRights, lookBeside } from '../../lib/read-failure.ts';
import { type CorpusRoot, defaultSource } from './roots.ts';

export interface NamedRootsInput {
  /** As typed; relative ones count from `cwd`. */
  readonly paths: readonly string[];
  readonly cwd: string;
  /** One name for all of it; absent: each folder's own. */
  readonly source?: string;
}

/**
 * @throws QdxError `notFound` for a path that is not there, `denied` for one that may not be looked at, `usage` for no path, or
 * one name and several folders.
 */
export async function namedRoots({ paths, cwd, source }: NamedRootsInput): Promise<CorpusRoot[]> {
  if (paths.length === 0)
    throw new QdxError('usage', 'there is nothing to embed: no folder was named', {
      hint: 'name folders or files, or give the collection its paths in qdx.config.json',
    });
  const roots: CorpusRoot[] = [];
  let folders = 0;
  for (const typed of paths) {
    const absolute = path.resolve(cwd, typed);
    const stats = await stat(absolute).catch((error: unknown) => refuse(typed, error));
    if (stats.isDirectory()) folders++;
    roots.push({ path: absolute, source: source ?? defaultSource(absolute, stats.isFile()) });
  }
  if (source !== undefined && folders > 1)
    throw new QdxError(
      'usage',
      `--source ${source} cannot name ${folders} folders: their files would pass for each other`,
      {
        hint: 'embed one folder at a time, or the folder that holds them all',
      },
    );
  return roots;
}

const reasons: Readonly<Record<string, readonly ['notFound' | 'denied' | 'failed', string]>> = {
  ENOENT: ['notFound', 'there is no such file or folder'],
  ENOTDIR: ['notFound', 'there is no such file or folder'],
  ELOOP: ['notFound', 'its symbolic links lead in a circle'],
  ENAMETOOLONG: ['notFound', 'the name is longer than names can be'],
  EACCES: ['denied', 'a folder on the way may not be read'],
  EPERM: ['denied', 'it may not be read'],
  EIO: ['failed', 'the disk cannot read it'],
};

function refuse(typed: string, error: unknown): never {
  const [kind, why] = reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? (['failed', String(error)] as const);
  const hint = kind === 'denied' ? lookAtRights(typed) : lookBeside(typed);
  throw new QdxError(kind, `cannot embed ${typed}: ${why}`, { hint, cause: error });
}
