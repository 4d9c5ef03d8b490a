/**
 * Names that only a server or a folder knows. Quick or not at all: a person waits for them between two keys.
 */
import type { GlobalFlags } from '../../commands/global-options.ts';
import { SettingOption } from '../../commands/setting-options.ts';
import { userFolders } from '../../core/config/folders.ts';
import type { ResolvedSettings } from '../../core/config/resolve.ts';
import type { TypedOption } from './cursor.ts';

export interface NameSource {
  readonly typed: readonly TypedOption[];
  readonly process: Pick<NodeJS.Process, 'env' | 'platform' | 'cwd'>;
}

/** A server that takes longer has nothing to say. */
const patienceMs = 700;

/** Public names on the server and entries of the settings. Starts no server, asks nobody. */
export async function collectionNames(source: NameSource): Promise<string[]> {
  const resolved = await settingsOf(source);
  const onServer = await serverNames(resolved, source).catch(() => []);
  return [...new Set([...onServer, ...Object.keys(resolved.settings.collections)])];
}

export async function modelNames(source: NameSource, what: 'model' | 'reranker'): Promise<string[]> {
  const { listModels } = await import('../../core/models/list-models.ts');
  const { isRerankerCard } = await import('../../core/models/cards/reranker-card.ts');
  const { settings } = await settingsOf(source);
  const models = await listModels({ cacheFolder: foldersOf(source).cache, hub: settings.hub });
  return models.filter(({ card }) => isRerankerCard(card) === (what === 'reranker')).map(({ card }) => card.name);
}

async function serverNames(resolved: ResolvedSettings, source: NameSource): Promise<string[]> {
  const { assertKeyMayTravel } = await import('../../core/config/key-trust.ts');
  await assertKeyMayTravel(resolved, async () => false);
  const place = await serverPlace(resolved, source);
  if (place === null) return [];
  const { connect } = await import('../../core/qdrant/connection/connect.ts');
  const { listCollections, publicNames } = await import('../../core/qdrant/collection/names.ts');
  const signal = AbortSignal.timeout(patienceMs);
  const line = await connect({
    connection: { ...resolved.settings.connection, ...place, retries: 0, timeoutMs: patienceMs },
    dataFolder: foldersOf(source).data,
    environment: source.process.env,
    signal,
  });
  try {
    return publicNames(await listCollections(line, signal));
  } finally {
    await line.close();
  }
}

/** The server of the settings, or the local one where it runs already. */
async function serverPlace({ settings: { connection } }: ResolvedSettings, source: NameSource) {
  if (connection.url !== undefined) return { url: connection.url };
  const { dataDirOf, findRunningServer } = await import('../../core/qdrant/server/find-running.ts');
  const running = await findRunningServer(dataDirOf(connection.dataDir, foldersOf(source).data));
  return running?.phase === 'ready' ? { url: running.url, apiKey: running.apiKey } : null;
}

async function settingsOf({ typed, process }: NameSource): Promise<ResolvedSettings> {
  const { resolveSettings } = await import('../../core/config/resolve.ts');
  const { cwd, config } = foldersOf({ typed, process });
  const configFile = configFlag(typed);
  return resolveSettings({
    flags: settingFlags(typed),
    environment: process.env,
    cwd,
    configFolder: config,
    // A key on stdin is for the command, which does not run yet.
    readStdin: () => Promise.reject(new Error('nobody is asked')),
    ...(configFile !== undefined && { configFile }),
  });
}

function settingFlags(typed: readonly TypedOption[]): Record<string, unknown> {
  const flags: Record<string, unknown> = {};
  for (const { option, value } of typed) {
    if (!(option instanceof SettingOption)) continue;
    const before = flags[option.settingPath];
    const isList = option.parseArg !== undefined;
    flags[option.settingPath] = isList ? [...(Array.isArray(before) ? before : []), value] : (value ?? !option.negate);
  }
  return flags;
}

function configFlag(typed: readonly TypedOption[]): GlobalFlags['config'] {
  const named = typed.findLast(({ option }) => option.attributeName() === 'config');
  return named?.option.negate ? false : named?.value;
}

const foldersOf = ({ process }: NameSource) => userFolders(process.env, process.platform, process.cwd());
