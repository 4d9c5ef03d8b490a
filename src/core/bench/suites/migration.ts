/**
 * `bench migration`: an old collection against a new one, the same queries, interleaved: is the new one worse anywhere?
 */
import type { RunOptions } from '../../../lib/events.ts';
import { QdxError } from '../../../lib/errors.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { SearchPlaces } from '../../retrieval/places.ts';
import { type GateResult, judge } from '../gate/compare-baseline.ts';
import { checkLimits } from '../gate/limits.ts';
import type { KnownDocuments } from '../metrics/document-key.ts';
import { mean } from '../../../lib/statistics/mean.ts';
import { primaryMeasure } from '../metrics/measures.ts';
import { type Check, hostNotes, type Report, reportHead } from '../run/report.ts';
import type { Asked } from '../run/ask.ts';
import { type BenchInput, knownDocuments } from '../run/bench-input.ts';
import { createContender, type OpenContender } from '../run/contender.ts';
import { type JudgedRun, judgeQueries } from '../run/judge-answers.ts';
import { type Quality, qualityNotes, qualityOf } from '../run/quality.ts';
import type { QueryResult } from '../run/score.ts';
import { type RawTime, rawTimes, timeQueries, type Timing, timingNotes, timingOf } from '../run/timing.ts';

export interface MigrationBenchInput extends BenchInput {
  readonly from: string;
  readonly to: string;
}

interface MigrationSide extends JudgedRun {
  readonly name: 'old' | 'new';
  readonly collection: string;
  readonly quality: Quality | null;
  readonly timing: Timing | null;
  readonly documents: KnownDocuments | null;
}

export interface MigrationReport extends Report {
  readonly suite: 'migration';
  readonly sides: readonly [MigrationSide, MigrationSide];
  /** New minus old; null where nothing is judged. */
  readonly gate: GateResult | null;
  /** Share of the old one's first ten that the new one has among its first ten, by path and lines. */
  readonly overlapAt10: number;
  readonly raw: readonly RawTime[];
}

export async function benchMigration(
  connection: Connection,
  input: MigrationBenchInput,
  places: SearchPlaces,
  run: RunOptions = {},
): Promise<MigrationReport> {
  const { from, to, params, seed } = input;
  if (from === to) throw new QdxError('usage', `${from} is compared with itself: name two collections`);
  // Queries that name a collection are asked of both.
  const queries = input.set.queries.map(({ collection: _collection, ...query }) => query);
  const set = { ...input.set, queries };
  const own = { ...input, set };
  const head = await reportHead(connection, { suite: 'migration', seed, set, collections: [from, to] }, run);
  const documents = await knownDocuments(connection, { ...own, params: { ...params, collections: [to] } }, run);
  const sides = [
    { name: 'old', collection: from },
    { name: 'new', collection: to },
  ] as const;
  const open = (side: (typeof sides)[number]): OpenContender =>
    createContender(
      { name: side.name, connection, places, params: { ...params, collections: [side.collection] } },
      run,
    );
  const timed = sides.map(open);
  const deep = timed.map((contender) => contender.deeper(Math.max(input.depth, params.limit)));
  try {
    const { asked, warmUpMs } = await timeQueries(timed, own, run);
    const judged = await judgeQueries(deep, own, documents, run);
    const measured = { asked, warmUpMs, judged, documents, input: own };
    const [before, now] = [sideOf(sides[0], measured), sideOf(sides[1], measured)];
    const gate = compareSides(before, now, seed);
    return {
      ...head,
      suite: 'migration',
      sides: [before, now],
      gate,
      overlapAt10: overlap(before.results, now.results),
      checks: [...checkOf(gate), ...checkLimits(input.limits, meansOfSide(now))],
      notes: [
        ...set.warnings,
        ...hostNotes(head),
        ...new Set([
          ...qualityNotes(before.results, null),
          ...qualityNotes(now.results, documents),
          ...timingNotes(now.timing),
        ]),
      ],
      failedQueries: [...before.results, ...now.results].filter(({ state }) => state === 'failed').length,
      raw: rawTimes(asked),
    };
  } finally {
    for (const contender of timed) await contender.close();
  }
}

interface Measured {
  readonly asked: readonly Asked[];
  readonly warmUpMs: number;
  readonly judged: ReadonlyMap<string, JudgedRun>;
  readonly documents: KnownDocuments | null;
  readonly input: BenchInput;
}

function sideOf({ name, collection }: Pick<MigrationSide, 'name' | 'collection'>, measured: Measured): MigrationSide {
  const { asked, warmUpMs, judged, documents, input } = measured;
  const { results = [], rankings = [] } = judged.get(name) ?? {};
  const own = asked.filter(({ contender }) => contender === name);
  return {
    name,
    collection,
    results,
    rankings,
    documents,
    quality: qualityOf({ results, primary: primaryMeasure, gain: input.set.gain, documents, seed: input.seed }),
    timing: timingOf(own, warmUpMs),
  };
}

const meansOfSide = ({ quality }: MigrationSide): Record<string, number> =>
  Object.fromEntries(Object.entries(quality?.measures ?? {}).map(([name, one]) => [name, one.mean]));

function compareSides(before: MigrationSide, now: MigrationSide, seed: number): GateResult | null {
  const old = new Map(before.results.flatMap((one) => (one.state === 'scored' ? [[one.id, one.scores] as const] : [])));
  const pairs = now.results.flatMap((one) => {
    const scores = old.get(one.id);
    return one.state === 'scored' && scores
      ? [{ id: one.id, before: scores[primaryMeasure] ?? 0, now: one.scores[primaryMeasure] ?? 0 }]
      : [];
  });
  return pairs.length === 0 ? null : { ...judge(pairs, primaryMeasure, seed), measure: primaryMeasure };
}

const checkOf = (gate: GateResult | null): Check[] =>
  gate ? [{ ...gate.check, name: `${primaryMeasure}, new against old` }] : [];

const placesOf = (result: QueryResult): string[] =>
  result.state === 'failed'
    ? []
    : result.hits.map(({ path, startLine, endLine, name }) => (path === '' ? name : `${path}:${startLine}-${endLine}`));

function overlap(before: readonly QueryResult[], now: readonly QueryResult[]): number {
  const later = new Map(now.map((one) => [one.id, new Set(placesOf(one))]));
  const shares = before.flatMap((one) => {
    const old = placesOf(one);
    const found = later.get(one.id);
    return old.length === 0 || !found ? [] : [old.filter((place) => found.has(place)).length / old.length];
  });
  return shares.length === 0 ? 0 : mean(shares);
}
