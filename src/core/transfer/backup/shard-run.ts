/**
 * One backup by several machines: `--shard i/n --run ID`. Each writes the ranges of its shard into a folder of its own.
 *
 * No shard begins its second reading before all have ended their first: then there is a moment between the two at which the whole
 * backup is the collection as it was, as with one machine (check-consistency.ts).
 */
import { randomUUID } from 'node:crypto';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { requireFeature } from '../../qdrant/connection/features.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { BackupRequest } from '../backup-folder/journal.ts';
import type { PlannedRanges } from '../points/ranges.ts';
import type { IdRange } from '../points/scan-range.ts';
import type { CollectionProgress } from './progress-state.ts';
import { type ShardParams, waitForOthers } from './shard-wait.ts';
import {
  listNotes,
  planOnce,
  readRun,
  removeRun,
  type RunRecord,
  type ShardNote,
  writeNote,
  writeRunOnce,
} from './shard-records.ts';

/** The ranges of one shard. */
interface ShardPlan extends PlannedRanges {
  /** Of its first range among those of all shards, from 0. */
  readonly firstRange: number;
}

export interface ShardRun {
  readonly backupId: string;
  readonly startedAt: string;
  readonly shards: number;
  /** Draws the borders where no shard did before. `points` is the count of the whole collection. */
  planOf(collection: string, draw: () => Promise<PlannedRanges>): Promise<ShardPlan>;
  /** This shard, in this run or an earlier one. */
  hasRead(collection: string): boolean;
  noteRead(collection: string): Promise<void>;
  /** @throws QdxError `partial` where the others are not at work. */
  waitForOthers(collection: string, run: RunOptions): Promise<void>;
}

const recordVersion = 1;

export interface JoinInput {
  readonly request: BackupRequest;
  readonly params: ShardParams;
  /** Names under which the lock is held. */
  readonly lockNames: readonly string[];
  /** Of the unfinished shard in the folder; null: it begins now. */
  readonly backupId: string | null;
}

/**
 * Begins the run, or joins the shards that are at work.
 * @throws QdxError `refused` where the shard in the folder is of another run, `usage` where this run is of another request.
 */
export async function joinShardRun(connection: Connection, input: JoinInput, run: RunOptions): Promise<ShardRun> {
  const { params, request } = input;
  const { runId, shards } = params;
  requireFeature(await connection.server(), 'conditionalUpsert', 'back it up with one machine, without --shard');
  const there = await readRun(connection, runId);
  if (input.backupId !== null && there?.backupId !== input.backupId) throw otherRun(params, there);
  const mine: RunRecord = {
    version: recordVersion,
    backupId: randomUUID(),
    startedAt: new Date().toISOString(),
    shards,
    request: sharedRequest(request),
  };
  const record = there ?? (await writeRunOnce(connection, runId, mine));
  assertSameRun(params, record, mine);
  const own = (await listNotes(connection, runId)).find(({ shard }) => shard === params.shard);
  if (own && (own.isDone || (input.backupId === null && own.read.length > 0))) throw takenElsewhere(params, own);
  if (!own) await writeNote(connection, runId, { shard: params.shard, read: [], isDone: false, owner: params.owner });
  run.signal?.throwIfAborted();
  return shardRun(connection, input, record, own?.read ?? []);
}

function shardRun(
  connection: Connection,
  { params, lockNames }: JoinInput,
  { backupId, startedAt }: RunRecord,
  readBefore: readonly string[],
): ShardRun {
  const { runId, shard, shards, owner } = params;
  const read = new Set(readBefore);
  return {
    backupId,
    startedAt,
    shards,
    async planOf(collection, draw) {
      const { points, ranges } = await planOnce(connection, runId, collection, draw);
      const border = (of: number) => Math.floor((of * ranges.length) / shards);
      return { points, ranges: ranges.slice(border(shard - 1), border(shard)), firstRange: border(shard - 1) };
    },
    hasRead: (collection) => read.has(collection),
    async noteRead(collection) {
      read.add(collection);
      await writeNote(connection, runId, { shard, read: [...read], isDone: false, owner });
    },
    waitForOthers: (collection, run) => waitForOthers(connection, params, lockNames, collection, run),
  };
}

/**
 * What a shard has read it must not read again: others may have begun their second reading since.
 * @throws QdxError `refused` where parts are gone from the folder.
 */
export function assertStillRead(shardRun: ShardRun | null, { name, ranges, done }: CollectionProgress): void {
  const missing = ranges.length - done.size;
  if (!shardRun?.hasRead(name) || missing === 0) return;
  throw new QdxError('refused', `${missing} parts of ${name} that this shard had read are gone from its folder`, {
    hint: 'begin a run of another name, in new folders',
  });
}

/** Ranges that follow each other, as one. */
export function coveredBy(ranges: readonly IdRange[]): IdRange[] {
  const covered: IdRange[] = [];
  for (const range of ranges) {
    const last = covered.at(-1);
    const follows = last && last.to !== null && last.to === range.from && last.shardKey === range.shardKey;
    if (follows) covered[covered.length - 1] = { ...last, to: range.to };
    else covered.push(range);
  }
  return covered;
}

/** The manifest is on the disk. The last shard removes what they agreed on. */
export async function endShard(connection: Connection, { runId, shard, shards, owner }: ShardParams): Promise<void> {
  if (!(await readRun(connection, runId))) return;
  const own = (await listNotes(connection, runId)).find((note) => note.shard === shard);
  await writeNote(connection, runId, { shard, read: own?.read ?? [], isDone: true, owner });
  const done = (await listNotes(connection, runId)).filter(({ isDone }) => isDone);
  if (done.length === shards) await removeRun(connection, runId);
}

/** Machines may reach the server by other URLs, and each has its own shard. */
const sharedRequest = ({ collections, filter, compression }: BackupRequest): string =>
  stringifyJson({ collections, filter, compression });

function assertSameRun({ runId }: ShardParams, there: RunRecord, mine: RunRecord): void {
  const isSame = there.shards === mine.shards && there.request === mine.request;
  if (isSame && there.version <= recordVersion) return;
  const what =
    there.version > recordVersion
      ? 'was begun by a later qdx'
      : there.shards === mine.shards
        ? `is of another request: ${there.request}, now it is ${mine.request}`
        : `has ${there.shards} shards, now it is ${mine.shards}`;
  throw new QdxError('usage', `run ${runId} ${what}`, {
    hint: 'type the same command on every machine, but for i and --to; or choose another --run',
  });
}

const otherRun = ({ runId }: ShardParams, there: RunRecord | null): QdxError =>
  new QdxError(
    'refused',
    there
      ? `the folder holds an unfinished shard of an earlier run ${runId}`
      : `the folder holds an unfinished shard of run ${runId}, which the server does not know any more`,
    { hint: 'choose another folder for --to, and another --run' },
  );

const takenElsewhere = ({ runId, shard, shards }: ShardParams, { isDone }: ShardNote): QdxError =>
  new QdxError(
    'refused',
    `shard ${shard}/${shards} of run ${runId} ${isDone ? 'is done' : 'was begun'} already, in another folder or on another machine`,
    { hint: 'go on there; or begin a run of another name, in new folders' },
  );
