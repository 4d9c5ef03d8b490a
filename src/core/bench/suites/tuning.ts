/**
 * What `bench quantization` and `bench hnsw` have in common: a scratch copy, built in several ways, each asked in several
 * ways, against exact search.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { bootstrapInterval } from '../../../lib/statistics/bootstrap.ts';
import { latencyOf, type Latency } from '../../../lib/statistics/latency.ts';
import { readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import { waitUntilReady } from '../../qdrant/collection/readiness.ts';
import { subsetDifferences } from '../../qdrant/collection/collection-schema.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { SearchPlaces } from '../../retrieval/places.ts';
import type { PayloadKeys } from '../../qdrant/collection/payload-keys.ts';
import { checkLimits, type Limit } from '../gate/limits.ts';
import { isFastEnough, type TuningBar, tuningChecks } from '../gate/tuning-check.ts';
import type { JudgedSet } from '../inputs/judged-set.ts';
import { type DocumentKey, findDocuments } from '../metrics/document-key.ts';
import { hostNotes, type Report, type ReportHead, reportHead } from '../run/report.ts';
import { encodeQueries, samplePoints, type TuningQuery } from '../tuning/query-vectors.ts';
import { judgeRow, judgedIds } from '../tuning/judge-row.ts';
import { cheapest, paretoFront } from '../tuning/pareto.ts';
import { type Scratch, withScratch } from '../tuning/scratch.ts';
import { readSegments, whyVoid } from '../tuning/segments.ts';
import { readSource, type VectorSource } from '../tuning/source.ts';
import type { TuningRow } from '../tuning/row.ts';
import { type Answer, askScratch, sweep, type SweepRow, type Way } from '../tuning/sweep.ts';

/** One way to build the index. */
export interface Build {
  readonly name: string;
  /** Body of the `PATCH` that makes it, of the unnamed vector. */
  readonly patch: Readonly<Record<string, unknown>>;
  /** What its segments must be: `scalar`, `binary`, or null for full vectors. */
  readonly kind: string | null;
  readonly ways: readonly Way[];
  /** Of `points` vectors, computed: what must be in memory, and what lies on the disk. */
  readonly bytes: (points: number) => { readonly ramBytes: number; readonly diskBytes: number };
}

export interface TuningParams {
  readonly suite: 'quantization' | 'hnsw';
  readonly collection: string;
  readonly vectorName: string;
  readonly payloadKeys: PayloadKeys;
  readonly set: JudgedSet | null;
  readonly documentKey?: DocumentKey;
  readonly seed: number;
  readonly maxPoints: number;
  readonly maxQueries: number;
  readonly efSearch: number;
  readonly builds: (source: VectorSource) => readonly Build[];
  readonly bar: TuningBar;
  /** Of what is recommended. */
  readonly limits: readonly Limit[];
}

export interface TuningReport extends Report {
  readonly suite: 'quantization' | 'hnsw';
  readonly rows: readonly TuningRow[];
  readonly recommended: TuningRow | null;
  readonly leastRecall: number;
  readonly copied: number;
  readonly queries: number;
  /** Where the queries come from: held-out, or points of the collection itself. */
  readonly queriesFrom: 'input' | 'points';
  /** Exact search of the reference. */
  readonly exact: Latency | null;
  readonly reference: Latency | null;
}

export async function tune(
  connection: Connection,
  params: TuningParams,
  places: SearchPlaces,
  run: RunOptions = {},
): Promise<TuningReport> {
  const { suite, collection, set, seed, maxPoints, maxQueries, bar, limits } = params;
  const head = await reportHead(connection, { suite, seed, set, collections: [collection] }, run);
  const source = await readSource(connection, collection, params.vectorName, run);
  const given = set ? await encodeQueries(set, source, places, maxQueries, run) : null;
  const use = async (scratch: Scratch): Promise<TuningReport> => {
    const queries = given ?? (await samplePoints(connection, scratch, { maxQueries, seed }));
    const measured = await measureBuilds(connection, { params, source, scratch, queries }, run);
    const front = new Set(paretoFront(measured.rows.filter((row) => row.void === null)));
    const rows = measured.rows.map((row) => ({ ...row, isOnFront: front.has(row) }));
    const sound = rows.filter((row) => row.void === null);
    const recommended = cheapest(
      sound.filter((row) => isFastEnough(row, bar)),
      bar.leastRecall,
    );
    return {
      ...head,
      suite,
      rows,
      recommended,
      leastRecall: bar.leastRecall,
      copied: scratch.ids.length,
      queries: queries.length,
      queriesFrom: given ? 'input' : 'points',
      exact: latencyOf(measured.exact.map(({ serverMs }) => serverMs)),
      reference: latencyOf(measured.reference.map(({ serverMs }) => serverMs)),
      checks: [...tuningChecks(sound, recommended, bar), ...checkLimits(limits, figuresOf(recommended))],
      notes: tuningNotes(head, source, scratch, queries, rows),
      failedQueries: 0,
    };
  };
  return withScratch(connection, { source, maxPoints }, use, run);
}

/** Of what is recommended; nothing is measured of nothing. */
const figuresOf = (row: TuningRow | null): Record<string, number> =>
  row
    ? {
        'recall@10': row.recall.mean,
        ...(row.ndcgAt10 !== null && { 'ndcg@10': row.ndcgAt10 }),
        'total.p50': row.server.p50Ms,
        'total.p95': row.server.p95Ms,
        'total.p99': row.server.p99Ms,
      }
    : {};

interface Measuring {
  readonly params: TuningParams;
  readonly source: VectorSource;
  readonly scratch: Scratch;
  readonly queries: readonly TuningQuery[];
}

interface MeasuredBuilds {
  readonly rows: readonly TuningRow[];
  readonly exact: readonly Answer[];
  readonly reference: readonly Answer[];
}

async function measureBuilds(connection: Connection, measuring: Measuring, run: RunOptions): Promise<MeasuredBuilds> {
  const { params, source, scratch, queries } = measuring;
  const exact: Answer[] = [];
  for (const query of queries) exact.push(await askScratch(connection, scratch.reference, query, { exact: true }, run));
  const key = await documentKeyOf(connection, measuring, run);
  const rows: TuningRow[] = [];
  const reference: Answer[] = [];
  for (const build of params.builds(source)) {
    run.onEvent?.({ type: 'phase', name: 'building', detail: build.name });
    const reason = await applyBuild(connection, scratch, build, run);
    const swept = await sweep(
      connection,
      {
        scratch,
        queries,
        exact: exact.map(({ hits }) => hits),
        ways: build.ways,
        referenceParams: { hnsw_ef: params.efSearch },
        seed: params.seed,
        stage: build.name,
      },
      run,
    );
    reference.push(...swept.reference);
    const referenceP50 = latencyOf(swept.reference.map(({ serverMs }) => serverMs))?.p50Ms ?? 0;
    for (const row of swept.rows) {
      const ndcgAt10 =
        key === null
          ? null
          : await judgeRow(connection, { source, scratch, queries, row, key, payloadKeys: params.payloadKeys }, run);
      rows.push({
        ...rowOf(build, row, { referenceP50, seed: params.seed, points: scratch.ids.length }),
        ndcgAt10,
        void: reason,
      });
    }
  }
  return { rows, exact, reference };
}

/** Null where nothing is judged. */
async function documentKeyOf(
  connection: Connection,
  { params, source, queries }: Measuring,
  run: RunOptions,
): Promise<DocumentKey | null> {
  const ids = judgedIds(queries);
  if (ids.size === 0) return null;
  const { documentKey, payloadKeys } = params;
  const question = { collections: [source.physical], ids, payloadKeys, ...(documentKey && { key: documentKey }) };
  return (await findDocuments(connection, question, run)).key;
}

/** @returns why the figures of this build will say nothing; null where they will. */
async function applyBuild(
  connection: Connection,
  { trial }: Scratch,
  build: Build,
  run: RunOptions,
): Promise<string | null> {
  await connection.request('PATCH', `/collections/${trial}`, { body: build.patch });
  await waitUntilReady(connection, trial, run);
  const { config } = await readCollectionInfo(connection, trial, run.signal);
  const { quantization_config: wanted, ...others } = build.patch;
  const expected = wanted === 'Disabled' || wanted === undefined ? others : build.patch;
  const [difference] = subsetDifferences(expected, config, '');
  if (difference)
    return `the server did not take ${difference.path}: asked for ${JSON.stringify(difference.expected)}, it has ${JSON.stringify(difference.actual)}`;
  return whyVoid(await readSegments(connection, trial, '', run), build.kind);
}

function rowOf(
  build: Build,
  { way, recalls, answers }: SweepRow,
  { referenceP50, seed, points }: { readonly referenceP50: number; readonly seed: number; readonly points: number },
): Omit<TuningRow, 'void' | 'ndcgAt10'> {
  const server = latencyOf(answers.map(({ serverMs }) => serverMs));
  if (!server) throw new Error('a row without answers');
  return {
    build: build.name,
    way: way.name,
    params: way.params,
    recall: bootstrapInterval(recalls, seed),
    server,
    p95Ms: server.p95Ms,
    speedUp: referenceP50 / server.p50Ms,
    ...build.bytes(points),
    isOnFront: false,
  };
}

function tuningNotes(
  head: ReportHead,
  source: VectorSource,
  { ids }: Scratch,
  queries: readonly TuningQuery[],
  rows: readonly TuningRow[],
): string[] {
  const voided = rows.filter((row) => row.void !== null);
  const [first] = voided;
  return [
    ...hostNotes(head),
    ...(ids.length < source.points
      ? [`${ids.length} of ${source.points} points were copied, the first by id: recall of all of them is lower`]
      : []),
    ...(queries.some(({ self }) => self !== null)
      ? [
          'points of the collection asked for their neighbours: queries of users are further away, and recall of theirs is lower; name them with --queries',
        ]
      : []),
    ...(queries.length < 100 ? [`${queries.length} queries: p95 and recall are rough; 200 say more`] : []),
    ...(first ? [`${voided.length} of ${rows.length} rows are void; ${first.build}: ${first.void ?? ''}`] : []),
  ];
}
