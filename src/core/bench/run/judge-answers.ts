/**
 * Asks each query once more of every contender, deeper than a user does, and scores the answers: what stands below the
 * tenth place counts for recall and MAP.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { type JudgedSet, judgesPassages } from '../inputs/judged-set.ts';
import type { KnownDocuments } from '../metrics/document-key.ts';
import { defaultMeasures, fileMeasures, parseMeasure } from '../metrics/measures.ts';
import { type Asked, askAll, type Contender } from './ask.ts';
import type { BenchInput } from './bench-input.ts';
import { type QueryResult, rankingOf, scoreAnswer } from './score.ts';
import type { RunRanking } from './trec-run.ts';

/** Of one contender, in the order of the queries. */
export interface JudgedRun {
  readonly results: readonly QueryResult[];
  readonly rankings: readonly RunRanking[];
}

const keptHits = 10;

/** @param onAnswer Sees every answer as it comes. */
export async function judgeQueries(
  contenders: readonly Contender[],
  { set, measures, seed }: Pick<BenchInput, 'set' | 'measures' | 'seed'>,
  documents: KnownDocuments | null,
  run: RunOptions,
  onAnswer: (asked: Asked) => void = () => {},
): Promise<ReadonlyMap<string, JudgedRun>> {
  const documentKey = documents?.key ?? 'pointId';
  const scoring = { measures: measuresOf(set, measures).map(parseMeasure), documentKey, keptHits };
  const found = new Map(contenders.map(({ name }) => [name, new Map<string, Judged>()]));
  for await (const asked of askAll({ contenders, queries: set.queries, rounds: 1, seed, stage: 'judging' }, run)) {
    const { contender, query, outcome } = asked;
    onAnswer(asked);
    found.get(contender)?.set(query.id, {
      result: scoreAnswer(query, outcome, scoring),
      ...(outcome.state === 'answered' && { ranking: rankingOf(query, outcome.response.hits, documentKey) }),
    });
  }
  return new Map([...found].map(([name, judged]) => [name, inOrder(set, judged)]));
}

interface Judged {
  readonly result: QueryResult;
  readonly ranking?: RunRanking;
}

function inOrder({ queries }: JudgedSet, judged: ReadonlyMap<string, Judged>): JudgedRun {
  const all = queries.flatMap(({ id }) => judged.get(id) ?? []);
  return { results: all.map(({ result }) => result), rankings: all.flatMap(({ ranking }) => ranking ?? []) };
}

const measuresOf = (set: JudgedSet, measures: readonly string[]): string[] => [
  ...new Set([...defaultMeasures, ...(judgesPassages(set) ? fileMeasures : []), ...measures]),
];
