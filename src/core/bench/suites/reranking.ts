/**
 * `bench reranking`: is it worth its time here? Off, late interaction and whatever else is configured, on the same
 * candidates, interleaved.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { processUsage } from '../../../lib/process-usage.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { SearchPlaces } from '../../retrieval/places.ts';
import type { SearchResponse } from '../../retrieval/response.ts';
import type { RerankParams } from '../../retrieval/rerank/params.ts';
import { primaryMeasure } from '../metrics/measures.ts';
import { mean } from '../../../lib/statistics/mean.ts';
import type { KnownDocuments } from '../metrics/document-key.ts';
import { hostNotes, type Report, reportHead } from '../run/report.ts';
import { type AgainstOff, againstOff } from '../run/against-off.ts';
import type { Asked, Contender } from '../run/ask.ts';
import { assertJudged, type BenchInput, collectionsOf, knownDocuments } from '../run/bench-input.ts';
import { createContender, type OpenContender } from '../run/contender.ts';
import { headroomOf } from '../run/headroom.ts';
import { type JudgedRun, judgeQueries } from '../run/judge-answers.ts';
import { type Quality, qualityNotes, qualityOf } from '../run/quality.ts';
import { rerankNotes, type RerankTotals, rerankTotals } from '../run/rerank-totals.ts';
import { type RawTime, rawTimes, steadyTimes, timeQueries, type Timing, timingNotes, timingOf } from '../run/timing.ts';
import { tryContenders } from '../run/try-contenders.ts';
import { recommend, type Recommendation } from '../gate/recommend.ts';
import { off, rerankingCheck } from '../gate/reranking-check.ts';
import { checkLimits } from '../gate/limits.ts';

export interface RerankingBenchInput extends BenchInput {
  /** By name, such as `late` or `late,cross`; without `off`. */
  readonly rerankers: Readonly<Record<string, RerankParams>>;
  /** As the settings have it: a name of `rerankers`, `off`, or `auto`: late where all collections keep bits of token vectors. */
  readonly configured: string;
  readonly allowUndecided: boolean;
}

export interface RerankingResult extends JudgedRun {
  readonly name: string;
  readonly quality: Quality | null;
  readonly timing: Timing | null;
  /** Null of off itself, where no query has a score in both, and where it reranked none. */
  readonly against: AgainstOff | null;
  /** Warm, in total; null where one of the two was not timed. */
  readonly addedP95Ms: number | null;
  readonly addedCpuMs: number | null;
  readonly totals: RerankTotals;
}

export interface RerankingReport extends Report {
  readonly suite: 'reranking';
  readonly configured: string;
  readonly recommendation: Recommendation;
  readonly results: readonly RerankingResult[];
  /** Rerankers that could not be opened, with the reason. */
  readonly unavailable: Readonly<Record<string, string>>;
  /** nDCG@10 of a perfect order of the same candidates; null where nothing is judged. */
  readonly headroom: number | null;
  /** Candidates that are reranked, and hits that are shown. */
  readonly stages: { readonly candidates: number; readonly hits: number };
  readonly peakRssBytes: number;
  readonly raw: readonly RawTime[];
}

export async function benchReranking(
  connection: Connection,
  input: RerankingBenchInput,
  places: SearchPlaces,
  run: RunOptions = {},
): Promise<RerankingReport> {
  const { set, params, seed, rerankers } = input;
  assertJudged(set, 'the verdict on reranking');
  const head = await reportHead(connection, { suite: 'reranking', seed, set, collections: collectionsOf(input) }, run);
  const configured = input.configured === 'auto' ? autoState(head) : input.configured;
  const documents = await knownDocuments(connection, input, run);
  const { rerank: _configured, ...plain } = params;
  const open = (name: string): OpenContender => {
    const rerank = rerankers[name];
    return createContender({ name, connection, places, params: { ...plain, ...(rerank && { rerank }) } }, run);
  };
  const contenders = [off, ...Object.keys(rerankers)].map(open);
  const { available, unavailable } = await tryContenders(contenders, [off, configured], set.queries);
  const deep = available.map((contender) => contender.deeper(Math.max(input.depth, params.limit)));
  try {
    const timed = await timeQueries(available, input, run);
    const { judged, responses, headroom } = await judge(deep, input, documents, run);
    const results = withCosts(
      available.map(({ name }) => resultOf(name, { timed, judged, responses, input, documents })),
    );
    const recommendation = recommend(off, configured, contendersOf(results));
    const limits = checkLimits(input.limits, figuresOf(results.find(({ name }) => name === configured)));
    return {
      ...head,
      suite: 'reranking',
      configured,
      recommendation,
      results,
      unavailable,
      headroom: headroom.length === 0 ? null : mean(headroom),
      stages: { candidates: rerankers[configured]?.depth ?? params.candidates, hits: params.limit },
      peakRssBytes: processUsage().peakRssBytes,
      checks: [rerankingCheck({ ...input, configured }, recommendation, results), ...limits],
      notes: [...set.warnings, ...hostNotes(head), ...resultNotes(results, documents, unavailable)],
      failedQueries: failuresIn(results),
      raw: rawTimes(timed.asked),
    };
  } finally {
    for (const contender of contenders) await contender.close();
  }
}

/** What `auto` comes to here. */
const autoState = ({ collections }: Pick<Report, 'collections'>): string =>
  collections.every(({ keepsTokenVectors }) => keepsTokenVectors) ? 'late' : off;

interface Judging {
  readonly judged: ReadonlyMap<string, JudgedRun>;
  readonly responses: ReadonlyMap<string, readonly SearchResponse[]>;
  readonly headroom: readonly number[];
}

async function judge(
  contenders: readonly Contender[],
  input: RerankingBenchInput,
  documents: KnownDocuments | null,
  run: RunOptions,
): Promise<Judging> {
  const responses = new Map<string, SearchResponse[]>(contenders.map(({ name }) => [name, []]));
  const headroom: number[] = [];
  const judged = await judgeQueries(contenders, input, documents, run, ({ contender, query, outcome }) => {
    if (outcome.state === 'failed') return;
    responses.get(contender)?.push(outcome.response);
    const best = contender === off ? headroomOf(query, outcome.response.hits, documents) : null;
    if (best !== null) headroom.push(best);
  });
  return { judged, responses, headroom };
}

interface Measured extends Omit<Judging, 'headroom'> {
  readonly timed: { readonly asked: readonly Asked[]; readonly warmUpMs: number };
  readonly input: RerankingBenchInput;
  readonly documents: KnownDocuments | null;
}

function resultOf(name: string, { timed, judged, responses, input, documents }: Measured): RerankingResult {
  const { seed, set } = input;
  const own = judged.get(name) ?? { results: [], rankings: [] };
  const reference = judged.get(off)?.results ?? [];
  const totals = rerankTotals(responses.get(name) ?? []);
  const { notReranked } = totals;
  return {
    name,
    ...own,
    quality: qualityOf({ results: own.results, primary: primaryMeasure, gain: set.gain, documents, seed }),
    timing: timingOf(
      timed.asked.filter(({ contender }) => contender === name),
      timed.warmUpMs,
    ),
    against: name === off ? null : againstOff(own.results, reference, { seed, notReranked }),
    addedP95Ms: null,
    addedCpuMs: null,
    totals,
  };
}

function withCosts(results: readonly RerankingResult[]): RerankingResult[] {
  const reference = results.find(({ name }) => name === off)?.timing;
  return results.map((one) => {
    const [p95, before] = [one.timing, reference].map((timing) => timing && steadyTimes(timing)['total']?.p95Ms);
    if (one.name === off || !one.timing || !reference || p95 === undefined || p95 === null) return one;
    return { ...one, addedP95Ms: p95 - (before ?? 0), addedCpuMs: one.timing.cpuMs - reference.cpuMs };
  });
}

const contendersOf = (results: readonly RerankingResult[]) =>
  results.flatMap(({ name, against }) =>
    against?.comparison
      ? [{ name, verdict: against.comparison.verdict, gain: against.comparison.difference.mean }]
      : [],
  );

/** Of the configured state. */
function figuresOf(result: RerankingResult | undefined): Record<string, number> {
  const total = result?.timing ? steadyTimes(result.timing)['total'] : undefined;
  return {
    ...Object.fromEntries(Object.entries(result?.quality?.measures ?? {}).map(([name, one]) => [name, one.mean])),
    ...(total && { 'total.p50': total.p50Ms, 'total.p95': total.p95Ms, 'total.p99': total.p99Ms }),
  };
}

const failuresIn = (results: readonly RerankingResult[]): number =>
  results.reduce((sum, one) => sum + one.results.filter(({ state }) => state === 'failed').length, 0);

const resultNotes = (
  results: readonly RerankingResult[],
  documents: KnownDocuments | null,
  unavailable: Readonly<Record<string, string>>,
): string[] => [
  ...Object.entries(unavailable).map(([name, reason]) => `${name} was not measured: ${reason}`),
  ...new Set(results.flatMap((one) => qualityNotes(one.results, documents))),
  ...results.flatMap(({ name, totals }) => rerankNotes(name, totals)),
  ...new Set(results.flatMap(({ timing }) => timingNotes(timing))),
];
