/**
 * `--plan` of a copy: what would be done, how long it takes, what it needs, and by which figures. Nothing is changed.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { stringifyJson } from '../../../lib/json.ts';
import type { DescriptionDifference } from '../collection/collection-description.ts';
import { entryBytes } from '../delta/scan-index.ts';
import { bytesOfNumbers, measureSizes, stagingBytes } from '../collection/disk.ts';
import { assertMayRun, type RunGuards } from './assert-may-run.ts';
import { tellUnfinished } from '../journal/transfer-journal.ts';
import type { FillStrategy } from './fill-strategy.ts';
import { type MigrateLines, type MigratePlan, planMigration, type PlanInput } from './plan.ts';
import { neededFlags, type PlannedReplacement, plannedReplacements } from './planned-replacements.ts';

export interface CopyPlan {
  readonly way: FillStrategy['way'];
  readonly source: {
    readonly url: string;
    readonly collection: string;
    readonly points: number;
    readonly qdrantVersion: string;
  };
  readonly target: { readonly url: string; readonly collection: string; readonly aliases: readonly string[] };
  /** An unfinished run of the same migration is there: it would be taken up. */
  readonly isTakenUp: boolean;
  /** In what the target is laid out otherwise, as sentences. */
  readonly changes: readonly string[];
  /** What the names lead to now, which is kept. */
  readonly replaced: readonly PlannedReplacement[];
  /** Flags without which an unattended run is refused (exit 8). */
  readonly needs: readonly string[];
  /** That go over the line, once. */
  readonly bytes: number;
  /** On the server of the target, whose disk cannot be asked for. */
  readonly stagingBytes: number;
  /** Here, while it runs. */
  readonly scanBytes: number;
  /** Without indexing; null for an empty source. */
  readonly durationMs: number | null;
  readonly basis: EstimateBasis;
}

/** What the estimate rests on. */
interface EstimateBasis {
  readonly bytesPerPoint: number;
  /** As many streams as the run has, together, measured now. */
  readonly readBytesPerSecond: number | null;
  /** Of the source and the target; without reading back one of the source. */
  readonly readings: number;
  /** A byte takes so much longer to be written than to be read. */
  readonly writeFactor: number;
}

export interface CopyPlanParams extends PlanInput, RunGuards {
  readonly switchNames: boolean;
  readonly readBack: boolean;
  /** Ranges read at once. */
  readonly parallel: number;
}

/** The source when it is copied (but for a snapshot), to see that it rests, and after the switch; the target once. */
const allReadings: Record<MigratePlan['way'], number> = { copy: 4, snapshot: 3, 're-embed': 4 };
/** Measured with 50,000 x 768 on Qdrant 1.16: a scroll gives 11,500 points/s, upserts without indexing take 8,290. */
const writeFactor = 1.4;
/** A scan is kept while the next one is compared with it. */
const scansKept = 2;

/** @throws QdxError as the migration would, before it writes anything. */
export async function planCopy(lines: MigrateLines, params: CopyPlanParams, run: RunOptions = {}): Promise<CopyPlan> {
  const plan = await planMigration(lines, params, run);
  const { source, target, staging, aliases, replacements, changes } = plan;
  assertMayRun(plan, params);
  await tellUnfinished(lines.to, aliases, run);
  return {
    way: plan.way,
    source: {
      url: source.connection.url,
      collection: source.physical,
      points: source.points,
      qdrantVersion: source.qdrantVersion,
    },
    target: { url: target.url, collection: staging.physical, aliases },
    isTakenUp: staging.isLeftover && !params.restart,
    changes: changes.map(displayChange),
    replaced: plannedReplacements(replacements),
    needs: neededFlags(plan, params),
    ...(await estimate(plan, params, run)),
  };
}

/** `config.hnsw_config.m: 16 -> 32` */
const displayChange = ({ path, expected, actual }: DescriptionDifference): string =>
  `${path}: ${stringifyJson(expected) ?? 'nothing'} -> ${stringifyJson(actual) ?? 'nothing'}`;

type Estimate = Pick<CopyPlan, 'bytes' | 'stagingBytes' | 'scanBytes' | 'durationMs' | 'basis'>;

async function estimate(
  { source, description, way }: MigratePlan,
  { readBack, parallel }: CopyPlanParams,
  run: RunOptions,
): Promise<Estimate> {
  const readings = readBack ? allReadings[way] : 1;
  const { points, description: was } = source;
  const measure = async () => measureSizes(source, was.shardKeys[0] ?? null, [], run);
  const sizes = await measure();
  // Once more, as many at once as ranges are read: the first one has paid for the start.
  const startedAt = performance.now();
  const streams = await Promise.all(Array.from({ length: parallel }, measure));
  const seconds = (performance.now() - startedAt) / 1000;
  const read = streams.reduce((sum, each) => sum + each.points * each.line, 0);
  const readBytesPerSecond = points === 0 ? null : read / seconds;
  const bytes = Math.ceil(points * sizes.line);
  const { m = 16 } = description.config['hnsw_config'] as { readonly m?: number };
  const vectors = bytesOfNumbers(sizes.line - sizes.payload);
  const stored = { points, dimension: 0, m, hasTerms: false, sizes: { ...sizes, keptVectors: vectors } };
  return {
    bytes,
    stagingBytes: stagingBytes(stored),
    scanBytes: points * entryBytes * scansKept,
    durationMs:
      readBytesPerSecond === null ? null : Math.round((bytes * (readings + writeFactor) * 1000) / readBytesPerSecond),
    basis: { bytesPerPoint: Math.round(sizes.line), readBytesPerSecond, readings, writeFactor },
  };
}
