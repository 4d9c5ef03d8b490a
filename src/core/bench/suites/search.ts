/**
 * `bench search`: how good and how fast is search, as it is configured, on the user's own collections and queries?
 */
import type { RunOptions } from '../../../lib/events.ts';
import { processUsage } from '../../../lib/process-usage.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { SearchParams } from '../../retrieval/params.ts';
import type { SearchPlaces } from '../../retrieval/places.ts';
import type { Baseline } from '../gate/baseline.ts';
import { compareWithBaseline, type GateResult } from '../gate/compare-baseline.ts';
import { checkLimits } from '../gate/limits.ts';
import { primaryMeasure } from '../metrics/measures.ts';
import { hostNotes, type Report, reportHead } from '../run/report.ts';
import { type AnnRecall, measureAnnRecall } from '../run/ann-recall.ts';
import { assertJudged, type BenchInput, collectionsOf, knownDocuments } from '../run/bench-input.ts';
import { createContender, type OpenContender } from '../run/contender.ts';
import { judgeQueries } from '../run/judge-answers.ts';
import { type Quality, qualityNotes, qualityOf } from '../run/quality.ts';
import type { QueryResult } from '../run/score.ts';
import { type RawTime, rawTimes, steadyTimes, timeQueries, type Timing, timingNotes, timingOf } from '../run/timing.ts';
import type { RunRanking } from '../run/trec-run.ts';

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
  /** What the gate compared with, its scores by query left out. */
  readonly baseline: Omit<Baseline, 'scores' | 'type' | 'version'> | null;
  readonly peakRssBytes: number;
  readonly queries: readonly QueryResult[];
  /** Every time that was taken, in the order of the run. */
  readonly raw: readonly RawTime[];
  /** For a TREC run file. */
  readonly rankings: readonly RunRanking[];
}

export async function benchSearch(
  connection: Connection,
  input: SearchBenchInput,
  places: SearchPlaces,
  run: RunOptions = {},
): Promise<SearchReport> {
  const { set, params, seed } = input;
  if (input.baseline) assertJudged(set, 'a comparison with a baseline');
  const collections = collectionsOf(input);
  const head = await reportHead(connection, { suite: 'search', seed, set, collections }, run);
  const documents = await knownDocuments(connection, input, run);
  const open = (name: string, own: SearchParams): OpenContender =>
    createContender({ name, connection, params: own, places }, run);
  const timed = open('search', params);
  const deep = timed.deeper(Math.max(input.depth, params.limit));
  try {
    const { asked, warmUpMs } = await timeQueries([timed], input, run);
    const judged = await judgeQueries([deep], input, documents, run);
    const { results = [], rankings = [] } = judged.get(deep.name) ?? {};
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
      baseline: input.baseline ? withoutScores(input.baseline) : null,
      peakRssBytes: processUsage().peakRssBytes,
      checks: [...(gate ? [gate.check] : []), ...checkLimits(input.limits, figures)],
      notes: [...set.warnings, ...qualityNotes(results, documents), ...hostNotes(head), ...timingNotes(timing)],
      failedQueries: results.filter(({ state }) => state === 'failed').length,
      queries: results,
      raw: rawTimes(asked),
      rankings,
    };
  } finally {
    await timed.close();
  }
}

const withoutScores = ({ scores: _scores, type: _type, version: _version, ...rest }: Baseline) => rest;

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

const settingsShown = ({ params, rounds, depth }: BenchInput): Record<string, unknown> => {
  const { mode, limit, candidates, exact, ef, rescore, oversampling, rerank } = params;
  const reranking =
    rerank && rerank.kinds.length > 0 ? (rerank.late?.isAuto === true ? 'auto' : rerank.kinds.join(',')) : 'off';
  return {
    mode,
    limit,
    candidates,
    exact,
    ef,
    rescore: rescore ?? null,
    oversampling,
    rerank: reranking,
    rounds,
    depth,
  };
};
