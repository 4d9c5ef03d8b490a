/**
 * `rerank`: candidates from elsewhere in a better order.
 */
import type { ByteSource } from '../../../lib/byte-lines.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { assertQuery } from '../assert-query.ts';
import type { SearchPlaces } from '../places.ts';
import { type CandidateLine, rankedLine, readCandidateLines } from './candidate-lines.ts';
import { rerankInTurn, type RerankedAs, type RerankStage } from './chain.ts';
import type { RerankParams } from './params.ts';
import { openRerankers } from './rerankers.ts';

export interface RerankLinesParams {
  readonly query: string;
  /** JSON lines of `{"id", "text", "score"?}`. */
  readonly source: ByteSource;
  /** At least one kind. */
  readonly rerank: RerankParams;
}

interface RankedLine {
  readonly id: string | number | bigint;
  /** Number of the line in the input. */
  readonly line: number;
  /** Place in the new order, and in the one before, from 1. */
  readonly rank: number;
  readonly firstRank: number;
  readonly rerankScore?: number;
  readonly stages: readonly RerankedAs[];
}

export interface RerankedLines {
  readonly query: string;
  readonly numCandidates: number;
  readonly rerankTimeMs: number;
  readonly reranking: readonly RerankStage[];
  /** Lines that are no candidates; they are left out. */
  readonly faults: readonly { readonly number: number; readonly fault: string }[];
  /** Best first. */
  readonly ranking: readonly RankedLine[];
  /** The same as lines of JSON: each as it came, with `rank` and `rerankScore`. */
  readonly lines: readonly string[];
}

/** @throws QdxError `usage` for an empty query or too many candidates; whatever opening a reranker throws. */
export async function rerankLines(
  params: RerankLinesParams,
  places: SearchPlaces,
  run: RunOptions = {},
): Promise<RerankedLines> {
  const { query, source, rerank } = params;
  assertQuery(query, 'qdx rerank --query "open a file" candidates.jsonl');
  const rerankers = await openRerankers({ params: rerank, places }, run);
  try {
    const { candidates, faults } = await readCandidateLines(source, run);
    for (const { number, fault } of faults.slice(0, faultsSaid))
      run.onEvent?.({ type: 'warning', message: `line ${number} is left out: ${fault}` });
    if (faults.length > faultsSaid)
      run.onEvent?.({ type: 'warning', message: `${faults.length - faultsSaid} more lines are left out` });
    const sorted = byScore(candidates);
    const given = sorted.map(({ id, text, score }) => ({
      id,
      text,
      payload: {},
      ...(score !== undefined && { score }),
    }));
    const { places: order, stages } = await rerankInTurn(query, given, { rerankers, params: rerank }, run);
    const ranked = order.flatMap(({ index, reranked }, at) => {
      const candidate = sorted[index];
      return candidate ? [{ candidate, reranked, rank: at + 1, firstRank: index + 1 }] : [];
    });
    return {
      query,
      numCandidates: candidates.length,
      rerankTimeMs: stages.reduce((sum, { timeMs }) => sum + timeMs, 0),
      reranking: stages,
      faults,
      ranking: ranked.map(({ candidate, reranked, rank, firstRank }) => ({
        id: candidate.id,
        line: candidate.number,
        rank,
        firstRank,
        ...scoreOf(reranked),
        stages: reranked,
      })),
      lines: ranked.map(({ candidate, reranked, rank }) => rankedLine(candidate, rank, scoreOf(reranked).rerankScore)),
    };
  } finally {
    for (const reranker of rerankers) await reranker.close();
  }
}

/** Lines that are named one by one; of more only the number is said. */
const faultsSaid = 10;

const scoreOf = (reranked: readonly RerankedAs[]): { readonly rerankScore?: number } => {
  const score = reranked.at(-1)?.score;
  return score === undefined ? {} : { rerankScore: score };
};

/** Where all have a score, that is their order; else they are taken as they come. */
const byScore = (candidates: readonly CandidateLine[]): readonly CandidateLine[] =>
  candidates.every(({ score }) => score !== undefined)
    ? candidates.toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0))
    : candidates;
