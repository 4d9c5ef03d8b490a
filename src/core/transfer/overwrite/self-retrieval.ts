/**
 * Does the new collection find its own points? The vector of a sampled record is searched for, and its point must be among the
 * first ten, as it is in an exact search; ties of equal vectors count as found.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { pointsPath } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { VectorRecord } from '../../vectors/record.ts';

export interface SelfRetrieval {
  readonly searches: number;
  /** Found by the search that `qdx search` makes, too. */
  readonly found: number;
}

export interface RetrievalInput {
  readonly physical: string;
  readonly vectorName: string;
  readonly sample: readonly VectorRecord[];
}

interface Answer {
  readonly points: readonly { readonly id: string | number | bigint; readonly score: number }[];
}

const depth = 10;
/** Of scores: equal vectors differ in the last bits, and quantized ones are scored again. */
const tieTolerance = 1e-5;

/** @throws QdxError `verification` for a point that not even an exact search finds. */
export async function assertFindsItself(
  connection: Connection,
  { physical, vectorName, sample }: RetrievalInput,
  { signal }: RunOptions,
): Promise<SelfRetrieval> {
  const search = async (vector: Float32Array, exact: boolean, filter?: unknown): Promise<Answer['points']> => {
    const body = {
      query: [...vector],
      limit: depth,
      with_payload: false,
      params: { exact },
      ...(vectorName !== '' && { using: vectorName }),
      ...(filter !== undefined && { filter }),
    };
    const options = { body, ...(signal && { signal }) };
    return (await connection.request<Answer>('POST', pointsPath(physical, '/query'), options)).points;
  };
  let searches = 0;
  let found = 0;
  for (const { id, vector } of sample) {
    if (!vector) continue;
    searches++;
    const isIn = (points: Answer['points']) => points.some((point) => String(point.id) === String(id));
    if (isIn(await search(vector, false))) found++;
    else if (!isIn(await search(vector, true)) && !(await isTied(vector))) throw notFound(physical, id);

    async function isTied(query: Float32Array): Promise<boolean> {
      const [own] = await search(query, true, { must: [{ has_id: [id] }] });
      const last = (await search(query, true)).at(-1);
      return own !== undefined && last !== undefined && Math.abs(own.score - last.score) <= tieTolerance;
    }
  }
  return { searches, found };
}

const notFound = (physical: string, id: VectorRecord['id']): QdxError =>
  new QdxError('verification', `${physical} does not find point ${String(id)} by its own vector`, {
    hint: 'nothing was switched; look at the distance and the vectors of the file: qdx stats',
  });

/** Every so many-th record, that many in all. */
export function createSample(expected: number, size: number) {
  const sample: VectorRecord[] = [];
  const every = Math.max(1, Math.floor(expected / size));
  let number = 0;
  return {
    sample,
    async *watched(records: AsyncIterable<VectorRecord>): AsyncGenerator<VectorRecord, void, undefined> {
      for await (const record of records) {
        if (number++ % every === 0 && sample.length < size) sample.push(record);
        yield record;
      }
    },
  };
}
