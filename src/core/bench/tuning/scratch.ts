/**
 * Scratch copies of a collection's dense vectors, to be configured in every way without touching the original. Points are
 * numbered anew; segments are indexed from one kilobyte on, or small ones would stay as they are, whatever is configured.
 */
import { randomUUID } from 'node:crypto';
import { isQdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import { waitUntilReady } from '../../qdrant/collection/readiness.ts';
import { type PointId, pointsPath, scrollPoints } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { VectorSource } from './source.ts';
import { shellText } from '../../../lib/shell-line.ts';

export interface Scratch {
  /** Collections with the same points: `reference` keeps full vectors, `trial` is configured again and again. */
  readonly reference: string;
  readonly trial: string;
  /** Of the original, by scratch number. */
  readonly ids: readonly PointId[];
}

export interface ScratchInput {
  readonly source: VectorSource;
  /** At most so many points, the first by id. */
  readonly maxPoints: number;
}

const path = (name: string): string => `/collections/${encodeURIComponent(name)}`;

/** Both copies are removed behind `use`, however it ends. */
export async function withScratch<T>(
  connection: Connection,
  input: ScratchInput,
  use: (scratch: Scratch) => Promise<T>,
  run: RunOptions,
): Promise<T> {
  const id = randomUUID().slice(0, 8);
  const names = { reference: `qdx-bench-${id}-reference`, trial: `qdx-bench-${id}-trial` };
  try {
    const body = scratchBody(input.source);
    for (const name of Object.values(names)) await connection.request('PUT', path(name), { body });
    const ids = await copyVectors(connection, Object.values(names), input, run);
    for (const name of Object.values(names)) await waitUntilReady(connection, name, run);
    return await use({ ...names, ids });
  } finally {
    // Not with the run's signal: a stopped run removes them too.
    for (const name of Object.values(names)) await removeCopy(connection, name, run);
  }
}

/** A copy that stays is said, and hides no failure of the run itself. */
async function removeCopy(connection: Connection, name: string, { onEvent }: RunOptions): Promise<void> {
  try {
    await connection.request('DELETE', path(name));
  } catch (error) {
    if (isQdxError(error) && error.kind === 'notFound') return;
    const why = error instanceof Error ? error.message : String(error);
    const command = shellText`qdx collections delete ${name} --confirm ${name}`;
    onEvent?.({
      type: 'warning',
      message: `the scratch copy ${name} was not removed (${why}); to remove it: ${command}`,
    });
  }
}

/** In kilobytes: what the server indexes, and what it searches by the graph. Its least values. */
const indexFromKb = 1;
const scanUpToKb = 10;

function scratchBody({ dimension, distance, info }: VectorSource): unknown {
  const { m, ef_construct: efConstruct } = info.config.hnsw_config;
  return {
    vectors: { size: dimension, distance },
    hnsw_config: { m, ef_construct: efConstruct, full_scan_threshold: scanUpToKb },
    optimizers_config: { indexing_threshold: indexFromKb, default_segment_number: 1 },
  };
}

const batchSize = 256;
const batchesInFlight = 2;

async function copyVectors(
  connection: Connection,
  names: readonly string[],
  { source, maxPoints }: ScratchInput,
  run: RunOptions,
): Promise<PointId[]> {
  const ids: PointId[] = [];
  const total = Math.min(source.points, maxPoints);
  const batches = batchesOf(connection, source, maxPoints, ids, run);
  const send = async (points: readonly unknown[]): Promise<number> => {
    for (const name of names)
      await connection.request('PUT', pointsPath(name), { query: { wait: true }, body: { points }, ...signalOf(run) });
    return points.length;
  };
  let done = 0;
  for await (const count of mapOrdered(batches, send, { inFlight: batchesInFlight })) {
    done += count;
    run.onEvent?.({ type: 'progress', stage: 'copying', done, total, unit: 'vectors' });
  }
  return ids;
}

async function* batchesOf(
  connection: Connection,
  { physical, vectorName }: VectorSource,
  maxPoints: number,
  ids: PointId[],
  run: RunOptions,
): AsyncGenerator<unknown[]> {
  let batch: unknown[] = [];
  const withVector = vectorName === '' ? true : [vectorName];
  for await (const { id, vectors } of scrollPoints(connection, physical, {
    withPayload: false,
    withVector,
    ...signalOf(run),
  })) {
    const vector = vectors?.[vectorName];
    if (!vector) continue;
    batch.push({ id: ids.length, vector });
    ids.push(id);
    if (batch.length === batchSize) {
      yield batch;
      batch = [];
    }
    if (ids.length >= maxPoints) break;
  }
  if (batch.length > 0) yield batch;
}

const signalOf = ({ signal }: RunOptions): { signal?: AbortSignal } => (signal ? { signal } : {});
