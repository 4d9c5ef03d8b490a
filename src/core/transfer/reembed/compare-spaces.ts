/**
 * What can be said of two vector spaces without the old model: does a point find itself, and how many of its nearest
 * neighbours does it keep. Points are drawn at random; their stored vectors are the queries.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import type { Embedder } from '../../embed/embedder.ts';
import { cosine } from '../../qdrant/collection/parity.ts';
import { type PointId, pointsPath, retrievePoints } from '../../qdrant/collection/points.ts';
import { wilson } from '../compare/sample-searches.ts';
import type { Side } from '../points/side.ts';
import { samplePoints } from '../points/sample-points.ts';
import { mean } from '../../../lib/statistics/mean.ts';
import { type Payload, type TextRule, textOf } from './text-rule.ts';

interface SelfRetrieval {
  readonly at1: number;
  readonly at10: number;
}

export interface SpaceComparison {
  readonly sampled: number;
  /** A point's stored vector among the old ones; null where it has none. */
  readonly oldSelf: SelfRetrieval | null;
  /** A point's text, encoded again, among the new ones. */
  readonly newSelf: SelfRetrieval;
  /** Lowest cosine of a stored new vector and that of its text, encoded again. */
  readonly lowestCosine: number;
  readonly lowestCosineId: string;
  /** Mean share of the ten nearest neighbours that both spaces have; null where there are no other points. */
  readonly overlapAt10: number | null;
  /** 95 % interval (Wilson) of that mean, a point counting as one trial. */
  readonly interval: readonly [number, number] | null;
}

export interface SpacesInput {
  readonly old: Side & { readonly vectorName: string };
  readonly made: Side & { readonly vectorName: string };
  readonly rule: TextRule;
  readonly embedder: Embedder;
  readonly sampleSize: number;
}

/** Null where no point has text. */
export async function compareSpaces(input: SpacesInput, run: RunOptions = {}): Promise<SpaceComparison | null> {
  const { made, sampleSize } = input;
  run.onEvent?.({ type: 'phase', name: 'sampling', detail: `${sampleSize} points in both spaces` });
  const filter = { must: [{ has_vector: made.vectorName }] };
  const sample = { limit: sampleSize, with_payload: true, with_vector: false, filter };
  const drawn = await samplePoints<Drawn>(made.connection, made.physical, sample, run);
  const results: PointResult[] = [];
  const compare = (point: Drawn) => comparePoint(input, point, run);
  for await (const result of mapOrdered(inTurn(drawn), compare, { inFlight: 4 })) if (result) results.push(result);
  return results.length === 0 ? null : summarize(results);
}

interface Drawn {
  readonly id: PointId;
  readonly payload?: Payload | null;
}

interface PointResult {
  readonly id: string;
  /** 1-based; null: not among the first ten. */
  readonly oldRank: number | null | undefined;
  readonly newRank: number | null;
  readonly cosine: number;
  /** Undefined: there is nothing to compare. */
  readonly overlap: number | undefined;
}

async function comparePoint(
  { old, made, rule, embedder }: SpacesInput,
  { id, payload }: Drawn,
  run: RunOptions,
): Promise<PointResult | null> {
  const text = textOf(payload ?? null, rule);
  if (text === null) return null;
  const [{ vector }, oldVector, newVector] = await Promise.all([
    embedder.embed(text),
    storedVector(old, id, run),
    storedVector(made, id, run),
  ]);
  const own = newVector ? cosine(vector, newVector) : 0;
  const [oldRank, newRank, before, after] = await Promise.all([
    oldVector ? rankOf(old, id, oldVector, run) : undefined,
    rankOf(made, id, [...vector], run),
    oldVector ? neighbours(old, id, run) : ([] as string[]),
    neighbours(made, id, run),
  ]);
  const both = after.filter((neighbour) => before.includes(neighbour)).length;
  return {
    id: String(id),
    oldRank,
    newRank,
    cosine: own,
    overlap: before.length > 0 ? both / before.length : undefined,
  };
}

async function storedVector({ connection, physical, vectorName }: SpacesInput['old'], id: PointId, run: RunOptions) {
  const options = { withPayload: false, withVector: vectorName === '' ? true : [vectorName], ...signalOf(run) };
  const [point] = await retrievePoints(connection, physical, [id], options);
  const vector = point?.vectors?.[vectorName];
  return Array.isArray(vector) ? (vector as readonly number[]) : null;
}

interface ScoredId {
  readonly id: PointId;
  readonly score: number;
}

async function query(
  { connection, physical, vectorName }: SpacesInput['old'],
  what: unknown,
  { signal }: RunOptions,
): Promise<readonly ScoredId[]> {
  const body = { query: what, limit: 10, with_payload: false, ...(vectorName !== '' && { using: vectorName }) };
  const path = pointsPath(physical, '/query');
  const { points } = await connection.request<{ points: ScoredId[] }>('POST', path, {
    body,
    ...(signal && { signal }),
  });
  return points;
}

/** Scores that differ by less are those of one text that several points have: rank says nothing among them. */
const sameScore = 1e-5;

async function rankOf(
  side: SpacesInput['old'],
  id: PointId,
  vector: readonly number[],
  run: RunOptions,
): Promise<number | null> {
  const hits = await query(side, vector, run);
  const own = hits.findIndex((hit) => String(hit.id) === String(id));
  if (own === -1) return null;
  const score = hits[own]?.score ?? 0;
  return hits.findIndex((hit) => Math.abs(hit.score - score) < sameScore) + 1;
}

/** The nearest other points. */
const neighbours = async (side: SpacesInput['old'], id: PointId, run: RunOptions): Promise<string[]> =>
  (await query(side, id, run)).map((hit) => String(hit.id));

function summarize(results: readonly PointResult[]): SpaceComparison {
  const withOld = results.flatMap(({ oldRank }) => (oldRank === undefined ? [] : [oldRank]));
  const overlaps = results.flatMap(({ overlap }) => (overlap === undefined ? [] : [overlap]));
  const overlapAt10 = overlaps.length === 0 ? null : mean(overlaps);
  const [lowest] = results.toSorted((a, b) => a.cosine - b.cosine);
  return {
    sampled: results.length,
    oldSelf: withOld.length === 0 ? null : selfRetrieval(withOld),
    newSelf: selfRetrieval(results.map(({ newRank }) => newRank)),
    lowestCosine: lowest?.cosine ?? 0,
    lowestCosineId: lowest?.id ?? '',
    overlapAt10,
    interval: overlapAt10 === null ? null : wilson(overlapAt10, overlaps.length),
  };
}

const selfRetrieval = (ranks: readonly (number | null)[]): SelfRetrieval => ({
  at1: mean(ranks.map((rank) => (rank === 1 ? 1 : 0))),
  at10: mean(ranks.map((rank) => (rank === null ? 0 : 1))),
});

const signalOf = ({ signal }: RunOptions) => (signal ? { signal } : {});

async function* inTurn<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}
