/**
 * Writes a first settings file. Never over one that is there.
 */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import { settingsFileName } from './files.ts';
import { type CollectionSettings, type Settings, settingsSchema } from './schema.ts';

export interface InitParams {
  readonly folder: string;
  readonly preset: Settings['preset'];
  /** Name of the collection; absent: the folder's. */
  readonly collection?: string;
  readonly paths: readonly string[];
}

export interface InitResult {
  readonly path: string;
  readonly collection: string;
}

/** @throws QdxError refused where a settings file is there already. */
export async function writeFirstSettings({ folder, preset, collection, paths }: InitParams): Promise<InitResult> {
  const name = collection ?? collectionName(basename(folder));
  const path = join(folder, settingsFileName);
  const entry: Partial<CollectionSettings> = {
    description: `What ${name} is about, for those who choose where to search`,
    paths: paths.length > 0 ? [...paths] : ['.'],
  };
  const settings = { preset, collections: { [name]: entry } };
  settingsSchema.parse(settings);
  await writeNew(path, `${JSON.stringify(settings, null, 2)}\n`);
  return { path, collection: name };
}

/** Qdrant takes nearly any name; one without spaces is easier to type. */
const collectionName = (folder: string): string =>
  folder.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').replaceAll(/^-|-$/g, '') || 'documents';

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new QdxError('refused', `${path} is there already and was left as it is`, {
        hint: 'edit it, or see: qdx config show',
        cause,
      });
    throw new QdxError('failed', `cannot write ${path}: ${code}`, { cause });
  }
}
