/**
 * Finds and reads settings files. They are JSON, never code: opening a cloned repository must not run anything.
 */
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseSettingsJson } from './settings-json.ts';

export const settingsFileName = 'qdx.config.json';

export interface SettingsFile {
  readonly path: string;
  readonly value: unknown;
}

/** The nearest settings file from `cwd` upward, not beyond the root of the repository (the first folder with `.git`). */
export async function findProjectFile(cwd: string): Promise<string | null> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = join(folder, settingsFileName);
    if (await isThere(path)) return path;
    if (folder === dirname(folder) || (await isThere(join(folder, '.git')))) return null;
  }
}

export const userFile = (configFolder: string): string => join(configFolder, 'config.json');

/** @throws QdxError notFound, or usage where it cannot be read as settings. */
export async function readSettingsFile(path: string): Promise<SettingsFile> {
  return { path, value: parseSettingsJson(await readBytes(path), path) };
}

export const readSettingsFileIfThere = async (path: string): Promise<SettingsFile | null> =>
  (await isThere(path)) ? readSettingsFile(path) : null;

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { readFailure } = await import('../../lib/read-failure.ts');
    throw readFailure({ path, what: 'settings file', hint: 'write one with: qdx config init' }, cause) ?? cause;
  }
}

export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
