/**
 * What is asked of the copies: the user's queries, encoded; or points of the collection, where there are none.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { QdxError } from '../../../lib/errors.ts';
import { createRandom, shuffled } from '../../../lib/statistics/random.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { pointsPath, type StoredVector } from '../../qdrant/collection/points.ts';
import { createQueryEncoders } from '../../retrieval/query-encoders.ts';
import type { SearchPlaces } from '../../retrieval/places.ts';
import type { JudgedQuery, JudgedSet } from '../inputs/judged-set.ts';
import type { Scratch } from './scratch.ts';
import type { VectorSource } from './source.ts';
import { shellText } from '../../../lib/shell-line.ts';

export interface TuningQuery {
  readonly id: string;
  readonly vector: readonly number[];
  /** Of the copy: the point that asks, which must not answer itself; null for a query of the user. */
  readonly self: number | null;
  readonly judged: JudgedQuery | null;
}

/** @throws QdxError `usage` where queries are to be encoded and the collection has no card. */
export async function encodeQueries(
  set: JudgedSet,
  { name, model }: VectorSource,
  places: SearchPlaces,
  maxQueries: number,
  run: RunOptions,
): Promise<TuningQuery[]> {
  if (!model)
    throw new QdxError('usage', `${name} has no card, so its model is unknown`, {
      hint: shellText`qdx collections adopt ${name} --model <name> writes one; without --queries its own points are asked`,
    });
  const own = set.queries.filter(({ collection }) => collection === undefined || collection === name);
  const encoders = createQueryEncoders(places, run);
  const queries: TuningQuery[] = [];
  try {
    for (const judged of own.slice(0, maxQueries)) {
      run.signal?.throwIfAborted();
      queries.push({ id: judged.id, vector: [...(await encoders.encode(judged.text, model))], self: null, judged });
    }
  } finally {
    await encoders.close();
  }
  if (queries.length === 0) throw new QdxError('usage', `no query of ${set.source} asks ${name}`);
  return queries;
}

/** Points ask for their neighbours: nearer to them than a query ever is, so recall comes out too well. */
export async function samplePoints(
  connection: Connection,
  { reference, ids }: Scratch,
  { maxQueries, seed }: { readonly maxQueries: number; readonly seed: number },
): Promise<TuningQuery[]> {
  const chosen = shuffled(
    ids.map((_, index) => index),
    createRandom(seed),
  ).slice(0, maxQueries);
  const body = { ids: chosen, with_vector: true, with_payload: false };
  const points = await connection.request<{ id: number; vector: StoredVector }[]>('POST', pointsPath(reference), {
    body,
  });
  return points.map(({ id, vector }) => ({
    id: String(ids[id] ?? id),
    vector: vector as readonly number[],
    self: id,
    judged: null,
  }));
}
