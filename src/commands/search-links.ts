/**
 * Where the files of hits are on this machine, so that a terminal can open them.
 */
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { Settings } from '../core/config/schema.ts';
import type { Hit } from '../core/retrieval/hit.ts';
import type { CommandContext } from './command.ts';

/** Absolute file by hit id; hits whose file is not found are absent. Nothing is looked for unless stdout is a terminal. */
export async function locateFiles(
  hits: readonly Hit[],
  collections: Settings['collections'],
  { view, folders }: Pick<CommandContext, 'view' | 'folders'>,
): Promise<ReadonlyMap<Hit['id'], string>> {
  if (!view.isTty) return new Map();
  const found = await Promise.all(
    hits.map(async (hit) => {
      const roots = collections[hit.collection]?.paths ?? [];
      const folder = hit.source ?? '';
      const places = [...roots, folders.cwd, path.join(folders.cwd, folder), path.join(folders.cwd, '..', folder)];
      return [hit.id, await firstThere(places.map((root) => path.resolve(folders.cwd, root, hit.path)))] as const;
    }),
  );
  return new Map(found.filter((entry): entry is [Hit['id'], string] => entry[1] !== undefined));
}

async function firstThere(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}
