/**
 * Which folder of this machine a source of a collection was embedded from. Two folders of one name would pass for one source and
 * replace each other's files; the collection itself holds no paths of anyone's machine, so that this is remembered here.
 */
import { readFile, stat } from 'node:fs/promises';
import { makeFolder } from '../../lib/make-folder.ts';
import { dirname, join } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { writeWholeFile } from '../../lib/partial-file.ts';
import type { Settings } from '../config/schema.ts';
import type { CorpusRoot } from '../corpus/roots.ts';

export interface SourceFolders {
  /** The user's data folder. */
  readonly dataFolder: string;
  readonly connection: Pick<Settings['connection'], 'url' | 'dataDir'>;
  readonly collection: string;
}

/**
 * `known`: sources that the collection holds.
 * @throws QdxError `refused` where one of them came from another folder, which is still there.
 */
export async function assertSameFolders(
  place: SourceFolders,
  roots: readonly CorpusRoot[],
  known: readonly string[],
): Promise<void> {
  for (const root of roots.filter(({ source }) => known.includes(source))) {
    const folder = await folderOf(root);
    const before = await rememberedFolder(place, root.source);
    if (before === null || before === folder || !(await isFolder(before))) continue;
    throw new QdxError(
      'refused',
      `collection ${place.collection} has source ${root.source} from ${before}, and this is ${folder}: they would replace each other`,
      { hint: 'give this one a name of its own with --source NAME; if it holds the same documents, add --moved' },
    );
  }
}

/** Remembers them; a data folder that cannot be written is no reason to fail. */
export async function rememberFolders(place: SourceFolders, roots: readonly CorpusRoot[]): Promise<void> {
  for (const root of roots) await write(fileOf(place, root.source), await folderOf(root)).catch(() => {});
}

/** Where a source was last embedded from on this machine; null where that is not known. */
export const rememberedFolder = (place: SourceFolders, source: string): Promise<string | null> =>
  readFile(fileOf(place, source), 'utf8').catch(() => null);

async function write(path: string, text: string): Promise<void> {
  makeFolder(dirname(path));
  await writeWholeFile(path, text);
}

/** The local server has another port each time: it is known by its folder. */
function fileOf({ dataFolder, connection, collection }: SourceFolders, source: string): string {
  const server = connection.url ?? `local ${connection.dataDir ?? ''}`;
  return join(dataFolder, 'sources', sha256Hex(JSON.stringify([server, collection, source])).slice(0, 32));
}

const folderOf = async ({ path }: CorpusRoot): Promise<string> => ((await isFolder(path)) ? path : dirname(path));

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() ?? false;
