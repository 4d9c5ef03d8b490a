/**
 * The proof that a re-embedded collection stands on before any name leads to it: the same points, vectors that are those of their
 * texts, and searches no worse than the user allows.
 */
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { ModelCard } from '../../models/cards/card.ts';
import { sameSpace } from '../../models/cards/space.ts';
import type { SearchParams } from '../../retrieval/params.ts';
import type { SearchPlaces } from '../../retrieval/places.ts';
import { createSearcher, type Searcher } from '../../retrieval/search.ts';
import type { Side } from '../points/side.ts';
import { type CheckInput, checkPoints, type PointsCheck } from './check-points.ts';
import { compareSpaces, type SpaceComparison, type SpacesInput } from './compare-spaces.ts';
import { compareQueries, type QueryComparison, type TestQuery } from './test-queries.ts';
import { shellText } from '../../../lib/shell-line.ts';

export interface Thresholds {
  /** Least mean overlap@10 of nearest neighbours, 0 to 1. */
  readonly minOverlap?: number;
  /** How much nDCG@10 of the judged queries may fall, 0 to 1. */
  readonly maxDrop?: number;
}

export interface ReembedProof {
  readonly points: PointsCheck;
  /** Null where no point has text. */
  readonly spaces: SpaceComparison | null;
  /** Null without `--queries`. */
  readonly queries: QueryComparison | null;
  /** Why the old collection was not asked the queries; null where it was. */
  readonly oldNotQueried: string | null;
}

export interface ProofParams extends Omit<CheckInput, 'from' | 'to'>, Pick<SpacesInput, 'embedder' | 'sampleSize'> {
  readonly source: Side;
  readonly staging: Side;
  /** Dense vector that was replaced. */
  readonly oldVector: string;
  readonly model: ModelCard;
  readonly queries: readonly TestQuery[] | null;
  readonly old: OldModel;
  readonly thresholds: Thresholds;
  readonly places: SearchPlaces;
  /** As `qdx search` would ask; the collection is filled in. */
  readonly search: Omit<SearchParams, 'collections'>;
}

/** The model of the old vectors, where the queries can be encoded with it; else why not. */
export type OldModel = { readonly card: ModelCard } | { readonly reason: string };

/** The source's own model, if its card names one that is on this machine. */
export async function findOldModel(
  card: { readonly model: ModelCard } | null,
  findModel: SearchPlaces['findModel'],
): Promise<OldModel> {
  if (!card) return { reason: 'it has no card, so its model is not known (qdx collections adopt writes one)' };
  const found = await findModel(card.model.name, card.model).catch((error: unknown) => {
    if (isQdxError(error)) return null;
    throw error;
  });
  if (!found) return { reason: `its model ${card.model.name} is not on this machine` };
  if (!sameSpace(found.card, card.model))
    return { reason: `the model ${card.model.name} on this machine is of another revision or file` };
  return { card: card.model };
}

/**
 * @throws QdxError `verification` where a point differs, a vector is not that of its text, or a threshold is missed: nothing is
 * switched then.
 */
export async function proveReembedding(params: ProofParams, run: RunOptions = {}): Promise<ReembedProof> {
  const { source, staging, oldVector, recipe, thresholds } = params;
  const points = await checkPoints({ ...params, from: source, to: staging }, run);
  const spaces = await compareSpaces(
    {
      ...params,
      old: { ...source, vectorName: oldVector },
      made: { ...staging, vectorName: recipe.denseName },
      rule: recipe.rule,
    },
    run,
  );
  if (spaces) assertVectors(staging.physical, spaces, params.model);
  const queries = params.queries ? await askQueries(params, params.queries, run) : null;
  const oldNotQueried = params.queries && 'reason' in params.old ? params.old.reason : null;
  const proof = { points, spaces, queries, oldNotQueried };
  assertThresholds(staging.physical, proof, thresholds);
  return proof;
}

/** Rounding of the server when it normalises: measured 1.5e-8; another text's vector is far below. */
const leastCosine = 0.9999;

function assertVectors(physical: string, spaces: SpaceComparison, { parityFloor }: ModelCard): void {
  const { lowestCosine, lowestCosineId, sampled } = spaces;
  if (lowestCosine >= Math.max(leastCosine, parityFloor)) return;
  throw new QdxError(
    'verification',
    `the vector of point ${lowestCosineId} in ${physical} is not that of its text: their cosine is ` +
      `${lowestCosine.toFixed(4)} (the lowest of ${sampled} sampled points)`,
    { hint: 'nothing was switched; add --restart, which removes the staging collection and begins again' },
  );
}

async function askQueries(
  { source, staging, old, places, search }: ProofParams,
  queries: readonly TestQuery[],
  run: RunOptions,
): Promise<QueryComparison> {
  run.onEvent?.({ type: 'phase', name: 'asking', detail: `${queries.length} test queries` });
  const open = ({ connection, physical }: Side): Promise<Searcher> =>
    createSearcher(connection, { ...search, collections: [physical] }, places, run);
  const before = 'card' in old ? await open(source) : null;
  const made = await open(staging);
  try {
    return await compareQueries(queries, { old: before, made });
  } finally {
    await made.close();
    await before?.close();
  }
}

function assertThresholds(
  physical: string,
  { spaces, queries }: ReembedProof,
  { minOverlap, maxDrop }: Thresholds,
): void {
  const hint = shellText`nothing was switched, and ${physical} is kept: look into it with qdx search -c ${physical}; the same command goes on from there`;
  const overlap = spaces?.overlapAt10;
  if (minOverlap !== undefined && (overlap === undefined || overlap === null || overlap < minOverlap))
    throw new QdxError(
      'verification',
      overlap === undefined || overlap === null
        ? `--min-overlap ${minOverlap} cannot be checked: no sampled point has both an old and a new neighbour`
        : `nearest-neighbour overlap@10 of old and new is ${overlap.toFixed(3)}, less than --min-overlap ${minOverlap}`,
      { hint, details: { spaces } },
    );
  if (maxDrop === undefined || !queries?.old || !queries.made) return;
  const drop = queries.old.ndcgAt10 - queries.made.ndcgAt10;
  if (drop <= maxDrop) return;
  throw new QdxError(
    'verification',
    `nDCG@10 of ${queries.made.judged} judged queries falls from ${queries.old.ndcgAt10.toFixed(3)} to ` +
      `${queries.made.ndcgAt10.toFixed(3)}, by more than --max-drop ${maxDrop}`,
    { hint, details: { queries } },
  );
}
