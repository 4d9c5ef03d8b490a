/**
 * Resolves settings: flag > env > project file > user file > preset > default. Every value knows its origin. In a file
 * the entry of the named collection comes before what the file says for all.
 */
import { checkLayer } from './check-layer.ts';
import { type FileLayers, fileLayers, resolvePath } from './file-layer.ts';
import { findProjectFile, readSettingsFile, readSettingsFileIfThere, userFile } from './files.ts';
import { readKeyFile } from './key-file.ts';
import { type Layer, type LayerValue, nest, type Origin, valueAt } from './layer.ts';
import { mergeLayers, type RankedValue } from './merge.ts';
import { createPreset, type PresetName } from './presets.ts';
import { checkRules, quantizationWarnings } from './rules.ts';
import { type CollectionSettings, collectionSettings, type Settings, settingsSchema } from './schema.ts';
import { secretsOfSetting, settingPaths, settingRow, type SettingPath } from './table.ts';
import { environmentLayer, flagLayer } from './text-layer.ts';

export type { Origin } from './layer.ts';

export interface ResolvedSettings {
  readonly settings: Settings;
  /** By path: `index.m`. */
  readonly origins: Readonly<Record<string, Origin>>;
  /** The entry of the named collection, with absolute paths; all defaults where there is none. */
  readonly collection: CollectionSettings;
  /** The settings files that were read. */
  readonly files: { readonly project: string | null; readonly user: string | null };
  readonly warnings: readonly string[];
  /** Values that must never be shown. */
  readonly secrets: readonly string[];
}

export interface ResolveInput {
  /** By setting path; only flags that were typed. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly configFolder: string;
  /** `--config`: this file instead of the project file; false: no file at all, the user's neither. */
  readonly configFile?: string | false;
  /** Apply this collection's entry and preset. */
  readonly collection?: string;
  /** For a key that is given on stdin. */
  readonly readStdin: () => Promise<string>;
}

/** @throws QdxError usage that names the key, the flag, variable or file, and what would be right. */
export async function resolveSettings(input: ResolveInput): Promise<ResolvedSettings> {
  const texts = [flagLayer(input.flags), environmentLayer(input.environment)].map((layer) =>
    checkedText(layer, input.cwd),
  );
  const files = await readFiles(input);
  const written = [...texts, ...files.flatMap(({ entry, general }) => [entry, general])];
  const merged = new Map(mergeLayers([...written, presetLayer(written)]));
  for (const group of ['connection', 'rerankEndpoint', 'endpoint'] as const)
    await takeKeyFromFile(group, merged, input);
  const settings = settingsSchema.parse({
    ...nest([...merged].map(([path, { value }]) => [path, value])),
    payloadKeys: firstOf(files.flatMap(({ payloadKeys }) => [payloadKeys.entry, payloadKeys.general])) ?? {},
    collections: Object.assign({}, ...files.map(({ collections }) => collections).toReversed()) as unknown,
  });
  const origins = originsOf(settings, merged);
  checkRules({ settings, origins, rankOf: (path) => merged.get(path as SettingPath)?.rank ?? written.length + 1 });
  const { size, quantization } = settings.vector;
  return {
    settings,
    origins,
    collection: entryOf(files, input.collection),
    files: { project: fileOf(files, 'project'), user: fileOf(files, 'user') },
    warnings: size === 'auto' ? [] : quantizationWarnings(quantization, size),
    secrets: secretsOf([...written, merged]),
  };
}

function checkedText(layer: Layer, cwd: string): Layer {
  const nested = nest([...layer].map(([path, { value }]) => [path, value]));
  const origin = (path: readonly string[]) => originNear(layer, path);
  checkLayer(nested, {
    nameOf: (path) => origin(path)?.name ?? path.join('.'),
    repair: (path) => (origin(path)?.kind === 'env' ? `correct or unset ${origin(path)?.name}` : undefined),
  });
  return new Map(
    [...layer].map(([path, { origin, value }]) => [path, { origin, value: resolvePath(value, path, cwd) }]),
  );
}

/** The place of an item in a list is that of the list. */
const originNear = (layer: Layer, path: readonly string[]): Origin | undefined =>
  layer.get(path.join('.') as SettingPath)?.origin ??
  (path.length > 1 ? originNear(layer, path.slice(0, -1)) : undefined);

/** The project's before the user's. */
async function readFiles({ cwd, configFile, configFolder, collection }: ResolveInput): Promise<FileLayers[]> {
  if (configFile === false) return [];
  const projectPath = configFile ?? (await findProjectFile(cwd));
  const project = projectPath === null ? null : await readSettingsFile(projectPath);
  const user = await readSettingsFileIfThere(userFile(configFolder));
  return [
    ...(project ? [fileLayers(project, 'project', collection)] : []),
    ...(user ? [fileLayers(user, 'user', collection)] : []),
  ];
}

/** The preset's vector size goes with its model: it says nothing about another one. */
function presetLayer(written: readonly Layer[]): Layer {
  const find = (path: SettingPath) => written.find((layer) => layer.has(path))?.get(path)?.value;
  const name = (find('preset') ?? settingsSchema.shape.preset.parse(undefined)) as PresetName;
  const preset = createPreset(name);
  const origin: Origin = { kind: 'preset', name: `preset ${name}` };
  const layer = new Map<SettingPath, LayerValue>([['embed.model', { origin, value: preset.embed.model }]]);
  const otherModel = (find('embed.model') ?? preset.embed.model) !== preset.embed.model;
  if (!otherModel && preset.vector.size !== 'auto') layer.set('vector.size', { origin, value: preset.vector.size });
  return layer;
}

/** Of a key and a key file the one from the stronger layer counts, of one layer the key. */
async function takeKeyFromFile(
  group: 'connection' | 'rerankEndpoint' | 'endpoint',
  merged: Map<SettingPath, RankedValue>,
  { readStdin }: ResolveInput,
): Promise<void> {
  const file = merged.get(`${group}.apiKeyFile`);
  const key = merged.get(`${group}.apiKey`);
  if (!file || (key && key.rank <= file.rank)) return;
  const value = await readKeyFile(String(file.value), readStdin);
  merged.set(`${group}.apiKey`, { ...file, value });
}

function originsOf(settings: Settings, merged: ReadonlyMap<SettingPath, RankedValue>): Record<string, Origin> {
  const origins: Record<string, Origin> = {};
  for (const path of settingPaths) {
    const origin = merged.get(path)?.origin;
    if (origin) origins[path] = origin;
    else if (valueAt(settings, path.split('.')) !== undefined) origins[path] = { kind: 'default', name: 'default' };
  }
  return origins;
}

function entryOf(files: readonly FileLayers[], name: string | undefined): CollectionSettings {
  const file = name === undefined ? undefined : files.find(({ collections }) => Object.hasOwn(collections, name));
  const entry = collectionSettings.parse((name !== undefined && file?.collections[name]) || {});
  return {
    ...entry,
    paths: entry.paths.map((path) => resolvePath(path, 'connection.dataDir', file?.folder ?? '.') as string),
  };
}

const fileOf = (files: readonly FileLayers[], kind: Origin['kind']): string | null =>
  files.find(({ origin }) => origin.kind === kind)?.origin.name ?? null;

const firstOf = (values: readonly unknown[]): unknown => values.find((value) => value !== undefined);

const secretsOf = (layers: readonly Layer[]): string[] =>
  layers.flatMap((layer) => settingPaths.flatMap((path) => secretsOfSetting(settingRow(path), layer.get(path)?.value)));
