/**
 * Layers that are files: the project's and the user's, and in each the entry of the collection that is named.
 */
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import { checkLayer } from './check-layer.ts';
import { defaultAt } from './expected.ts';
import type { SettingsFile } from './files.ts';
import { type Layer, type LayerValue, type Origin, valueAt } from './layer.ts';
import type { CollectionSettings } from './schema.ts';
import { collectionGroups } from './schema.ts';
import { settingPaths, settingRow, type SettingPath } from './table.ts';

export interface FileLayers {
  readonly origin: Origin;
  /** Everything but collections. */
  readonly general: Layer;
  /** What the entry of the named collection overrides. */
  readonly entry: Layer;
  readonly payloadKeys: { readonly general: unknown; readonly entry: unknown };
  readonly collections: Readonly<Record<string, CollectionSettings>>;
  /** Folder from which relative paths count. */
  readonly folder: string;
}

/** @throws QdxError usage that names file and key. */
export function fileLayers(file: SettingsFile, kind: 'project' | 'user', collection: string | undefined): FileLayers {
  checkLayer(file.value, {
    nameOf: (path) => `${file.path}: ${path.join('.') || 'the whole file'}`,
    repair: () => `correct ${file.path}, or run with --no-config`,
  });
  const origin: Origin = { kind, name: file.path };
  const folder = dirname(file.path);
  const general = generalLayer(file, origin, folder);
  if (kind === 'project') refuseUserOnly(general);
  const collections = (valueAt(file.value, ['collections']) ?? {}) as Record<string, CollectionSettings>;
  const entry = collection === undefined ? undefined : valueAt(collections, [collection]);
  return {
    origin,
    general,
    collections,
    folder,
    entry: entryLayer(entry, origin, folder, `${file.path}: collections.${collection}`),
    payloadKeys: { general: valueAt(file.value, ['payloadKeys']), entry: valueAt(entry, ['payloadKeys']) },
  };
}

function generalLayer(file: SettingsFile, origin: Origin, folder: string): Layer {
  const layer = new Map<SettingPath, LayerValue>();
  for (const path of settingPaths) {
    const value = valueAt(file.value, path.split('.'));
    if (value !== undefined) layer.set(path, { origin, value: resolvePath(value, path, folder) });
  }
  return layer;
}

/** Short names of an entry. */
const entryNames = {
  preset: 'preset',
  include: 'embed.include',
  exclude: 'embed.exclude',
  model: 'embed.model',
  vectorName: 'vector.name',
} as const satisfies Partial<Record<keyof CollectionSettings, SettingPath>>;

function entryLayer(entry: unknown, origin: Origin, folder: string, place: string): Layer {
  const layer = new Map<SettingPath, LayerValue>();
  const set = (path: SettingPath, value: unknown) =>
    value === undefined || layer.set(path, { origin, value: resolvePath(value, path, folder) });
  for (const path of settingPaths)
    if (collectionGroups.some((group) => path.startsWith(`${group}.`))) set(path, valueAt(entry, path.split('.')));
  for (const [name, path] of Object.entries(entryNames)) {
    const value = valueAt(entry, [name]);
    if (value !== undefined && layer.has(path))
      throw new QdxError('usage', `${place}: ${name} and ${path} are the same setting`, {
        hint: 'leave one of them out',
      });
    set(path, value);
  }
  return layer;
}

/** A file that came with a clone must not choose a program to run, a file to read, or where a token goes. */
function refuseUserOnly(layer: Layer): void {
  for (const [path, { origin, value }] of layer) {
    const row = settingRow(path);
    // The default is no choice: it stands in what `qdx config show` prints.
    if (!row.userOnly || JSON.stringify(value) === JSON.stringify(defaultAt(path.split('.')))) continue;
    throw new QdxError('usage', `${origin.name}: ${path}: a project's file must not set this`, {
      hint: `set ${row.env[0]}, or put it into your own settings file (see qdx config show)`,
    });
  }
}

/** A model is a folder where it is spelled as one, else a name. */
const namesOfModels: ReadonlySet<SettingPath> = new Set(['embed.model', 'search.crossModel', 'endpoint.tokenizer']);

/** The model may be a name, which is no path; a key file may be stdin. */
export function resolvePath(value: unknown, path: SettingPath, folder: string): unknown {
  if (!settingRow(path).isPath || typeof value !== 'string' || value === '-') return value;
  if (value.startsWith('~/')) return resolve(homedir(), value.slice(2));
  return namesOfModels.has(path) && !/^\.{0,2}[\\/]/.test(value) ? value : resolve(folder, value);
}
