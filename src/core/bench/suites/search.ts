/**
 * `bench search`: how good and how fast is search, as it is configured, on the user's own collections and queries?
 */
import type { RunOptions } from '../../../lib/events.ts';
import { processUsage } from '../../../lib/process-usage.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { SearchParams, SearchPlaces } from '../../retrieval/params.ts';
import { type GateResult, compareWithBaseline } from '../gate/compare-baseline.ts';
import type { Baseline } from '../gate/baseline.ts';
import { checkLimits, type Limit } from '../gate/limits.ts';
import { type JudgedSet, judgesPassages } from '../inputs/judged-set.ts';
import { type DocumentKey, findDocuments, type KnownDocuments } from '../metrics/document-key.ts';
import { defaultMeasures, fileMeasures, parseMeasure, primaryMeasure } from '../metrics/measures.ts';
import { hostNotes, type Report, reportHead } from '../report/report.ts';
import { type Asked, askAll, warmUp } from '../run/ask.ts';
import { type AnnRecall, measureAnnRecall } from '../run/ann-recall.ts';
import { createContender, type OpenContender } from '../run/contender.ts';
import { type Quality, qualityNotes, qualityOf } from '../run/quality.ts';
import { type QueryResult, rankingOf, scoreAnswer } from '../run/score.ts';
import { steadyTimes, type Timing, timingNotes, timingOf } from '../run/timing.ts';
import type { RunRanking } from '../run/trec-run.ts';

interface BenchSettings {
  /** Times each query is asked for its latency. */
  readonly rounds: number;
  readonly seed: number;
  /** Hits of each query that are judged. */
  readonly depth: number;
}

export interface BenchInput extends BenchSettings {
  readonly set: JudgedSet;
  /** As the user searches. */
  readonly params: SearchParams;
  /** Besides the usual ones. */
  readonly measures: readonly string[];
  readonly documentKey?: DocumentKey;
  readonly limits: readonly Limit[];
}

export interface SearchBenchInput extends BenchInput {
  /** Compare the graph with a search of every vector too. */
  readonly exact: boolean;
  readonly baseline?: Baseline;
}

export interface SearchReport extends Report {
  readonly suite: 'search';
  readonly settings: Readonly<Record<string, unknown>>;
  readonly quality: Quality | null;
  readonly timing: Timing | null;
  readonly annRecall: AnnRecall | null;
  readonly gate: GateResult | null;
  readonly peakRssBytes: number;
  readonly queries: readonly QueryResult[];
  /** Every time that was taken, in the order of the run. */
  readonly raw: readonly RawTime[];
  /** For a TREC run file. */
  readonly rankings: readonly RunRanking[];
}

interface RawTime {
  readonly query: string;
  readonly round: number;
  readonly contender: string;
  readonly times: Readonly<Record<string, number>>;
}

export async function benchSearch(
  connection: Connection,
  input: SearchBenchInput,
  places: SearchPlaces,
  run: RunOptions = {},
): Promise<SearchReport> {
  const { set, params, seed } = input;
  const collections = collectionsOf(input);
  const head = await reportHead(connection, { suite: 'search', seed, set, collections }, run);
  const documents = await knownDocuments(connection, input, run);
  const open = (name: string, own: SearchParams): OpenContender =>
    createContender({ name, connection, params: own, places }, run);
  const timed = open('search', params);
  const deep = open('judged', { ...params, limit: Math.max(input.depth, params.limit) });
  try {
    const { asked, warmUpMs } = await timeQueries(timed, input, run);
    const { results, rankings } = await judgeQueries(deep, input, documents, run);
    const quality = qualityOf({ results, primary: primaryMeasure, gain: set.gain, documents, seed });
    const timing = timingOf(asked, warmUpMs);
    const annRecall = input.exact ? await measureAnnRecall(open, input, run) : null;
    const gate = input.baseline ? compareWithBaseline(input.baseline, scoresOfRun(input, results)) : null;
    const figures = {
      ...measured(quality),
      ...latencyFigures(timing),
      ...(annRecall && { 'recall@10': annRecall.recall.mean }),
    };
    return {
      ...head,
      suite: 'search',
      settings: settingsShown(input),
      quality,
      timing,
      annRecall,
      gate,
      peakRssBytes: processUsage().peakRssBytes,
      checks: [...(gate ? [gate.check] : []), ...checkLimits(input.limits, figures)],
      notes: [...set.warnings, ...qualityNotes(results, documents), ...hostNotes(head), ...timingNotes(timing)],
      failedQueries: results.filter(({ state }) => state === 'failed').length,
      queries: results,
      raw: asked.flatMap(rawTime),
      rankings,
    };
  } finally {
    await Promise.all([timed.close(), deep.close()]);
  }
}

/** Those of the run, and those that queries name. */
const collectionsOf = ({ set, params }: Pick<BenchInput, 'set' | 'params'>): string[] => {
  const named = set.queries.flatMap(({ collection }) => (collection === undefined ? [] : [collection]));
  const usesOwn = set.queries.some(({ collection }) => collection === undefined);
  return [...new Set([...named, ...(usesOwn ? params.collections : [])])];
};

/** Null where passages are judged: they are named by path and lines, and nothing else. */
async function knownDocuments(
  connection: Connection,
  input: Pick<BenchInput, 'set' | 'params' | 'documentKey'>,
  run: RunOptions,
): Promise<KnownDocuments | null> {
  const { set, params, documentKey } = input;
  const ids = new Set(
    set.queries.flatMap(({ judgements }) => {
      if (judgements?.kind === 'documents')
        return [...judgements.grades].filter(([, grade]) => grade > 0).map(([id]) => id);
      return judgements?.answers.map(({ path }) => path) ?? [];
    }),
  );
  if (ids.size === 0) return null;
  const key = judgesPassages(set) ? 'path' : documentKey;
  const question = { collections: collectionsOf(input), ids, payloadKeys: params.payloadKeys, ...(key && { key }) };
  return findDocuments(connection, question, run);
}

async function timeQueries(
  contender: OpenContender,
  { set, rounds, seed }: BenchInput,
  run: RunOptions,
): Promise<{ asked: Asked[]; warmUpMs: number }> {
  const [first] = set.queries;
  const warmUpMs = first ? await warmUp([contender], first, run) : 0;
  const asked: Asked[] = [];
  const params = { contenders: [contender], queries: set.queries, rounds, seed, stage: 'timing' };
  for await (const one of askAll(params, run)) asked.push(one);
  return { asked, warmUpMs };
}

const keptHits = 10;

/** Asks once more, deeper than a user does: what stands below the tenth place counts for recall and MAP. */
async function judgeQueries(
  contender: OpenContender,
  input: Pick<BenchInput, 'set' | 'measures' | 'seed'>,
  documents: KnownDocuments | null,
  run: RunOptions,
): Promise<{ results: QueryResult[]; rankings: RunRanking[] }> {
  const { set, seed } = input;
  const documentKey = documents?.key ?? 'pointId';
  const scoring = { measures: measuresOf(input).map(parseMeasure), documentKey, keptHits };
  const results = new Map<string, QueryResult>();
  const rankings = new Map<string, RunRanking>();
  const params = { contenders: [contender], queries: set.queries, rounds: 1, seed, stage: 'judging' };
  for await (const { query, outcome } of askAll(params, run)) {
    results.set(query.id, scoreAnswer(query, outcome, scoring));
    if (outcome.state === 'answered') rankings.set(query.id, rankingOf(query, outcome.response.hits, documentKey));
  }
  const inOrder = <T>(found: ReadonlyMap<string, T>): T[] =>
    set.queries.flatMap(({ id }) => {
      const one = found.get(id);
      return one === undefined ? [] : [one];
    });
  return { results: inOrder(results), rankings: inOrder(rankings) };
}

const measuresOf = ({ set, measures }: Pick<BenchInput, 'set' | 'measures'>): string[] => [
  ...new Set([...defaultMeasures, ...(judgesPassages(set) ? fileMeasures : []), ...measures]),
];

const scoresOfRun = ({ set, seed }: BenchInput, results: readonly QueryResult[]) => ({
  inputSha256: set.sha256,
  seed,
  scores: new Map(results.flatMap((one) => (one.state === 'scored' ? [[one.id, one.scores] as const] : []))),
});

export const measured = (quality: Quality | null): Record<string, number> =>
  Object.fromEntries(Object.entries(quality?.measures ?? {}).map(([name, { mean }]) => [name, mean]));

/** `total.p95`, in milliseconds. */
function latencyFigures(timing: Timing | null): Record<string, number> {
  const stages = Object.entries(timing ? steadyTimes(timing) : {});
  return Object.fromEntries(
    stages.flatMap(([stage, { p50Ms, p95Ms, p99Ms, meanMs, maxMs }]) =>
      Object.entries({ p50: p50Ms, p95: p95Ms, p99: p99Ms, mean: meanMs, max: maxMs }).map(
        ([name, value]) => [`${stage}.${name}`, value] as const,
      ),
    ),
  );
}

const rawTime = ({ query, round, contender, outcome }: Asked): RawTime[] =>
  outcome.state === 'answered' ? [{ query: query.id, round, contender, times: outcome.times }] : [];

const settingsShown = ({ params, rounds, depth }: BenchInput): Record<string, unknown> => {
  const { mode, limit, candidates, exact, ef, rescore, oversampling } = params;
  return { mode, limit, candidates, exact, ef, rescore: rescore ?? null, oversampling, rounds, depth };
};
