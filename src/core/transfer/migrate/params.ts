/**
 * What a migration takes and returns.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { LockOwner } from '../../qdrant/lock.ts';
import type { LateReport } from '../delta/late-writes.ts';
import type { ChangeCounts } from '../delta/settle.ts';
import type { OpenGuards, TypedNames } from '../switch/guards.ts';
import type { NameGap } from '../switch/plain/give-up-plain.ts';
import type { MigratePlan, PlanInput } from './plan.ts';

export interface MigrateParams extends OpenGuards, PlanInput, Pick<TypedNames, 'confirmed' | 'ask'> {
  readonly batchSize: number;
  readonly parallel: number;
  /** False: the staging collection is left, proven, and no name leads to it. */
  readonly switchNames: boolean;
  /** False: neither the staging collection nor the source is read again; points are only counted. */
  readonly readBack: boolean;
  readonly waitForIndex: boolean;
  /** Scans of the source after the first, at most. */
  readonly settleRounds: number;
  /** At that limit, go on and report. */
  readonly allowConcurrentWrites: boolean;
  /** Take the name of a plain collection: it is copied and deleted, and leads nowhere for a moment. */
  readonly allowGap: boolean;
  /** For the scans' indexes, 33 bytes a point of each: what a killed run left in it, the next one needs. */
  readonly scratchFolder: string;
  /** Remove what unfinished migrations to this name left, and begin again. */
  readonly restart: boolean;
  readonly confirm: (question: string) => Promise<boolean>;
  readonly owner: LockOwner;
  readonly breakLock: boolean;
  /** Runs before the first write to the target: a backup, say. */
  readonly beforeFill?: (plan: MigratePlan, run: RunOptions) => Promise<void>;
}

export interface MigrateSummary {
  readonly source: { readonly url: string; readonly collection: string };
  readonly target: { readonly url: string; readonly collection: string; readonly aliases: readonly string[] };
  readonly way: MigratePlan['way'];
  readonly points: number;
  readonly pointsHash: string | null;
  /** Points that a run before this one had brought in. */
  readonly pointsKept: number;
  /** Where its names led before, which is kept; of a plain collection its copy. */
  readonly replaced: readonly string[];
  /** Null where no plain collection gave its name. */
  readonly gap: NameGap | null;
  /** Its names lead to it. */
  readonly isSwitched: boolean;
  /** Every point was read back and compared; null where an earlier run switched it in, and this one only ended it. */
  readonly isReadBack: boolean | null;
  /** Settings in which it is otherwise than planned, as sentences. */
  readonly notAsPlanned: readonly string[];
  /** Writes to the source while it was read. */
  readonly meanwhile: ChangeCounts & { readonly scans: number; readonly isQuiet: boolean };
  /** Writes to the source after the switch; null where nothing was switched, or they could not be looked for. */
  readonly late: LateReport | null;
  /** What the strategy's own proof returned. */
  readonly proof: unknown;
  /** By stage, in their order. */
  readonly timesMs: Readonly<Record<string, number>>;
  readonly durationMs: number;
}
