/**
 * nDCG@10 of what a copy returned: its numbers become points of the original, whose payloads say what they are.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { keyOf, type PayloadKeys } from '../../qdrant/collection/payload-keys.ts';
import { type PointId, retrievePoints } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { Hit } from '../../retrieval/hits/hit.ts';
import { placedOf } from '../../retrieval/hits/to-hit.ts';
import type { DocumentKey } from '../metrics/document-key.ts';
import { parseMeasure, primaryMeasure } from '../metrics/measures.ts';
import { mean } from '../../../lib/statistics/mean.ts';
import { gradesOf } from '../run/score.ts';
import type { TuningQuery } from './query-vectors.ts';
import type { Scratch } from './scratch.ts';
import type { VectorSource } from './source.ts';
import type { SweepRow } from './sweep.ts';

export interface RowQuestion {
  readonly source: VectorSource;
  readonly scratch: Scratch;
  readonly queries: readonly TuningQuery[];
  readonly row: SweepRow;
  readonly key: DocumentKey;
  readonly payloadKeys: PayloadKeys;
}

const measure = parseMeasure(primaryMeasure);
const pointsOfRequest = 1000;

export async function judgeRow(connection: Connection, question: RowQuestion, run: RunOptions): Promise<number> {
  const { source, scratch, queries, row, key, payloadKeys } = question;
  const ids = [...new Set(row.answers.flatMap(({ hits }) => hits.map(({ id }) => id)))];
  const hits = new Map<number, Hit>();
  for (let start = 0; start < ids.length; start += pointsOfRequest)
    for (const [id, hit] of await readHits(
      connection,
      { source, scratch, payloadKeys },
      ids.slice(start, start + pointsOfRequest),
      run,
    ))
      hits.set(id, hit);
  const scores = queries.flatMap(({ judged }, index) => {
    if (!judged?.judgements) return [];
    const found = (row.answers[index]?.hits ?? []).flatMap(({ id }) => hits.get(id) ?? []);
    return [measure.score(gradesOf(judged.judgements, found, key).hits)];
  });
  return mean(scores);
}

type Place = Pick<RowQuestion, 'source' | 'scratch' | 'payloadKeys'>;

async function readHits(
  connection: Connection,
  { source, scratch, payloadKeys }: Place,
  numbers: readonly number[],
  { signal }: RunOptions,
): Promise<[number, Hit][]> {
  const byId = new Map(numbers.map((number) => [String(scratch.ids[number]), number]));
  const fields = (['source_path', 'source_id', 'start_line', 'end_line'] as const).map((name) =>
    keyOf(name, payloadKeys),
  );
  const wanted = numbers.flatMap((number): PointId[] => {
    const id = scratch.ids[number];
    return id === undefined ? [] : [id];
  });
  const points = await retrievePoints(connection, source.physical, wanted, {
    withPayload: fields,
    ...(signal && { signal }),
  });
  return points.map(({ id, payload }) => {
    const field = (name: 'source_path' | 'source_id'): unknown => payload?.[keyOf(name, payloadKeys)];
    const sourceId = field('source_id');
    const path = field('source_path');
    const hit: Hit = {
      rank: 0,
      score: 0,
      collection: source.name,
      id,
      path: typeof path === 'string' ? path : '',
      ...placedOf(payload ?? {}, payloadKeys),
      ...((typeof sourceId === 'string' || typeof sourceId === 'number') && { sourceId: String(sourceId) }),
    };
    return [byId.get(String(id)) ?? -1, hit];
  });
}

/** Names of documents, or paths of passages, that the queries' judgements know. */
export const judgedIds = (queries: readonly TuningQuery[]): Set<string> =>
  new Set(
    queries.flatMap(({ judged }) => {
      const judgements = judged?.judgements;
      if (judgements?.kind === 'documents') return [...judgements.grades.keys()];
      return judgements?.answers.map(({ path }) => path) ?? [];
    }),
  );
