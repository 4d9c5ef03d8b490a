/**
 * Where the files of hits are on this machine, so that a terminal can open them.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Settings } from '../../core/config/schema.ts';
import type { Hit } from '../../core/retrieval/hits/hit.ts';
import type { CommandContext } from '../command.ts';

type Places = Pick<CommandContext, 'view' | 'folders'>;

/**
 * Absolute file by collection and id of a hit (`hitKey`); hits whose file is not found are absent. Nothing is looked for
 * unless stdout is a terminal.
 */
export async function locateFiles(
  hits: readonly Hit[],
  settings: Pick<Settings, 'collections' | 'connection'>,
  context: Places,
): Promise<ReadonlyMap<string, string>> {
  if (!context.view.isTty) return new Map();
  const found = await Promise.all(
    hits.map(async (hit) => [hitKey(hit), await firstThere(await placesOf(hit, settings, context))] as const),
  );
  return new Map(found.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Two collections may have a point of the same id. */
export const hitKey = ({ collection, id }: Hit): string => JSON.stringify([collection, String(id)]);

/** From the surest to a guess: where the source was embedded from, the folders of the project file, and beside us. */
async function placesOf(
  hit: Hit,
  { collections, connection }: Pick<Settings, 'collections' | 'connection'>,
  { folders: { cwd, data } }: Places,
): Promise<string[]> {
  const { collection, source = '' } = hit;
  const { rememberedFolder } = await import('../../core/embed/source-folders.ts');
  const remembered = await rememberedFolder({ dataFolder: data, connection, collection }, source);
  const ofProject = collections[collection]?.paths ?? [];
  const near = [cwd, path.join(cwd, source), path.join(cwd, '..', source)];
  const roots = [...(remembered === null ? [] : [remembered]), ...ofProject, ...near].map((root) =>
    path.resolve(cwd, root),
  );
  // A path of the payload never leads out of its root, whoever wrote it.
  return roots.map((root) => path.join(root, path.join('/', hit.path)));
}

async function firstThere(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const found = await stat(file).catch(() => null);
    if (found?.isFile()) return file;
  }
  return undefined;
}
