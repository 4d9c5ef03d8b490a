/**
 * Strict mode that is otherwise for a while. What it was before lies in the collection's metadata, written with the change and
 * removed after it is undone, so that whoever comes after a run that was killed puts it back: the next run that takes the lock of a name
 * that leads there (locks.ts), and `qdx gc`.
 */
import { isQdxError, QdxError } from '../../../lib/errors.ts';
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
  await connection.request('PATCH', pathOf(physical), {
    body: { strict_mode_config: { ...before, ...change }, metadata: { [beforeKey]: before } },
  });
}

/** Null where nobody changed it for a while. */
export const strictModeToRestore = ({ config }: CollectionInfo): StrictMode | null =>
  (config.metadata?.[beforeKey] as StrictMode | null | undefined) ?? null;

/** As it was, also after a run that was killed. True where it was otherwise. */
export async function restoreStrictMode(connection: Connection, physical: string): Promise<boolean> {
  const info = await readCollectionInfo(connection, physical);
  const before = strictModeToRestore(info);
  if (before === null) return false;
  const limit = before['write_rate_limit'] ?? (strictModeOf(info)['write_rate_limit'] === undefined ? null : unlimited);
  await connection.request('PATCH', pathOf(physical), {
    body: {
      strict_mode_config: {
        ...before,
        enabled: before['enabled'] ?? false,
        ...(limit !== null && { write_rate_limit: limit }),
      },
    },
  });
  await connection.request('PATCH', pathOf(physical), { body: { metadata: { [beforeKey]: null } } });
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
  /** Also where `relax` failed: its answer may have been lost, and the change not. */
  readonly restore: () => Promise<void>;
}

/**
 * Lets qdx write to a collection in use whose strict mode forbids filters on keys without index, or limits conditions and
 * batches (measured on Qdrant 1.16.3: a delete by such a filter is refused). Where nothing stands in the way nothing is changed.
 */
export function relaxingStrictMode(connection: Connection, physical: string): StrictModeRelaxing {
  let relaxing: Promise<void> | undefined;
  return {
    relax: () => (relaxing ??= relaxOnce(connection, physical)),
    restore: async () => {
      if (!relaxing) return;
      await relaxing.catch(() => {});
      await restoreStrictMode(connection, physical).catch((error: unknown) => {
        throw leftRelaxed(physical, error);
      });
      relaxing = undefined;
    },
  };
}

function leftRelaxed(physical: string, error: unknown): unknown {
  if (!isQdxError(error)) return error;
  return new QdxError(
    error.kind,
    `the strict mode of ${physical} was relaxed and could not be put back: ${error.message}`,
    {
      hint: 'the next run on it puts it back, and so does qdx gc',
      details: { physical },
      cause: error,
    },
  );
}

/** Nothing is changed where nothing stands in the way. */
async function relaxOnce(connection: Connection, physical: string): Promise<void> {
  await restoreStrictMode(connection, physical);
  const before = strictModeOf(await readCollectionInfo(connection, physical));
  const change = Object.fromEntries(Object.entries(relaxed).filter(([key, value]) => (before[key] ?? value) !== value));
  if (before['enabled'] !== true || Object.keys(change).length === 0) return;
  await changeStrictMode(connection, physical, { before, change });
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
