/**
 * Strict mode that is otherwise for a while: what it was before lies in the collection's metadata meanwhile, so that a run that
 * finds what a killed one left can put it back.
 */
import { type CollectionInfo, readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { CollectionDescription } from './collection-description.ts';

type StrictMode = Readonly<Record<string, unknown>>;

/** Key in a collection's metadata: its strict mode before. */
const beforeKey = 'qdx_fence';
/** No limit: the server cannot forget one that was set. */
const unlimited = 4_294_967_295;

export const strictModeOf = ({ config }: CollectionInfo): StrictMode => config.strict_mode_config ?? {};

/** @param before What it is put back to. */
export async function changeStrictMode(
  connection: Connection,
  physical: string,
  { before, change }: { readonly before: StrictMode; readonly change: StrictMode },
): Promise<void> {
  const body = { strict_mode_config: { ...before, ...change }, metadata: { [beforeKey]: before } };
  await connection.request('PATCH', pathOf(physical), { body });
}

/** As it was, also after a run that was killed. True where it was otherwise. */
export async function restoreStrictMode(connection: Connection, physical: string): Promise<boolean> {
  const info = await readCollectionInfo(connection, physical);
  const before = info.config.metadata?.[beforeKey] as StrictMode | null | undefined;
  if (before === undefined || before === null) return false;
  const limit = before['write_rate_limit'] ?? (strictModeOf(info)['write_rate_limit'] === undefined ? null : unlimited);
  await connection.request('PATCH', pathOf(physical), {
    body: {
      strict_mode_config: {
        ...before,
        enabled: before['enabled'] ?? false,
        ...(limit !== null && { write_rate_limit: limit }),
      },
      metadata: { [beforeKey]: null },
    },
  });
  return true;
}

/** What stands in the way of writing, on a condition and in batches, and what lets it through. */
const relaxed: StrictMode = {
  unindexed_filtering_update: true,
  unindexed_filtering_retrieve: true,
  filter_max_conditions: 1000,
  condition_max_size: 10_000,
  upsert_max_batchsize: 1_000_000,
  read_rate_limit: unlimited,
  write_rate_limit: unlimited,
};

export interface StrictModeRelaxing {
  /** Before the first write; later calls do nothing. */
  readonly relax: () => Promise<void>;
  readonly restore: () => Promise<void>;
}

/**
 * Lets qdx write to a collection in use whose strict mode forbids filters on keys without index, or limits conditions and
 * batches (measured on Qdrant 1.16.3: a delete by such a filter is refused). Where nothing stands in the way nothing is changed.
 */
export function relaxingStrictMode(connection: Connection, physical: string): StrictModeRelaxing {
  let relaxed: Promise<boolean> | undefined;
  return {
    relax: async () => {
      await (relaxed ??= relaxOnce(connection, physical));
    },
    restore: async () => {
      if (await relaxed) await restoreStrictMode(connection, physical);
      relaxed = undefined;
    },
  };
}

/** False where nothing stood in the way. */
async function relaxOnce(connection: Connection, physical: string): Promise<boolean> {
  await restoreStrictMode(connection, physical);
  const before = strictModeOf(await readCollectionInfo(connection, physical));
  const change = Object.fromEntries(Object.entries(relaxed).filter(([key, value]) => (before[key] ?? value) !== value));
  if (before['enabled'] !== true || Object.keys(change).length === 0) return false;
  await changeStrictMode(connection, physical, { before, change });
  return true;
}

/** A collection whose strict mode was otherwise, as it was before: what the server cannot forget is left out. */
export function withoutStrictModeTraces(description: CollectionDescription): CollectionDescription {
  const { strict_mode_config: strict, ...config } = description.config;
  const before = strictModeBefore(strict);
  const metadata = new Map([...description.metadata].filter(([key]) => key !== beforeKey));
  return {
    ...description,
    metadata,
    config: { ...config, ...(before !== undefined && { strict_mode_config: before }) },
  };
}

function strictModeBefore(strict: unknown): unknown {
  if (typeof strict !== 'object' || strict === null) return strict;
  const { write_rate_limit: limit, ...rest } = strict as StrictMode;
  if (limit !== unlimited) return strict;
  const isOff = rest['enabled'] === false && Object.keys(rest).length === 1;
  return isOff ? null : rest;
}

const pathOf = (physical: string): string => `/collections/${encodeURIComponent(physical)}`;
