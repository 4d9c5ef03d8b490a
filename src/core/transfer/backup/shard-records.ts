/**
 * What the machines of one backup have to agree on, as records in `_qdx` of the server that is backed up: the backup's id, the
 * borders of each collection's ranges, and how far each shard is. The first two are written once: whoever comes second reads
 * what the first one wrote, so that borders are never drawn again.
 */
import { stringifyJson } from '../../../lib/json.ts';
import { recordId, systemCollection } from '../../qdrant/collection/system-collection.ts';
import { deletePoints, pointsPath, retrievePoints, scrollPoints } from '../../qdrant/collection/points.ts';
import type { LockOwner } from '../../qdrant/lock.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { PlannedRanges } from '../points/ranges.ts';

export interface RunRecord {
  readonly version: number;
  readonly backupId: string;
  /** ISO 8601 UTC, of the first shard. */
  readonly startedAt: string;
  readonly shards: number;
  /** JSON of what is backed up: the same for all shards. */
  readonly request: string;
}

export interface ShardNote {
  readonly shard: number;
  /** Collections of which it has read all its ranges. */
  readonly read: readonly string[];
  /** Its manifest is written. */
  readonly isDone: boolean;
  /** Absent in notes of an earlier qdx. */
  readonly owner?: LockOwner;
  /** When it was last noted: ISO 8601 UTC. */
  readonly at?: string;
}

const runKind = 'backup-run';
const planKind = 'backup-plan';
const shardKind = 'backup-shard';

const runIdOf = (runId: string): string => recordId(runKind, runId);
const noteIdOf = (runId: string, shard: number): string => recordId(shardKind, runId, String(shard));

/** Null where nobody began it, and where all shards are done. */
export async function readRun(connection: Connection, runId: string): Promise<RunRecord | null> {
  return (await readPayload(connection, runIdOf(runId))) as RunRecord | null;
}

/** Writes it where there is none. What lies there then. */
export async function writeRunOnce(connection: Connection, runId: string, run: RunRecord): Promise<RunRecord> {
  return (await writeOnce(connection, runIdOf(runId), { kind: runKind, runId, ...run })) as unknown as RunRecord;
}

/** Of one collection. Draws the borders only where they were not drawn before. */
export async function planOnce(
  connection: Connection,
  runId: string,
  collection: string,
  draw: () => Promise<PlannedRanges>,
): Promise<PlannedRanges> {
  const id = recordId(planKind, runId, collection);
  const there = await readPayload(connection, id);
  const plan = there ?? (await writeOnce(connection, id, { kind: planKind, runId, collection, ...(await draw()) }));
  return plan as unknown as PlannedRanges;
}

export interface ListedRun {
  readonly runId: string;
  readonly run: RunRecord;
}

/** Those that are not done, whether somebody is at work on them or not. */
export async function listRuns(connection: Connection): Promise<ListedRun[]> {
  const found: ListedRun[] = [];
  for await (const { payload } of scrollPoints(connection, systemCollection, {
    filter: { must: [matches('kind', runKind)] },
  })) {
    const { kind: _kind, runId, ...run } = payload as unknown as RunRecord & { kind: string; runId: string };
    found.push({ runId, run });
  }
  return found;
}

export async function listNotes(connection: Connection, runId: string): Promise<ShardNote[]> {
  const filter = { must: [matches('kind', shardKind), matches('runId', runId)] };
  const notes: ShardNote[] = [];
  for await (const { payload } of scrollPoints(connection, systemCollection, { filter }))
    notes.push(payload as unknown as ShardNote);
  return notes;
}

export async function writeNote(connection: Connection, runId: string, note: ShardNote): Promise<void> {
  const payload = { kind: shardKind, runId, ...note, at: new Date().toISOString() };
  const point = { id: noteIdOf(runId, note.shard), vector: {}, payload };
  await connection.request('PUT', pointsPath(systemCollection), { query: { wait: true }, body: { points: [point] } });
}

/** When all shards are done, or the run is given up. */
export async function removeRun(connection: Connection, runId: string): Promise<void> {
  const kinds = { key: 'kind', match: { any: [planKind, shardKind] } };
  await connection.request('POST', pointsPath(systemCollection, '/delete'), {
    query: { wait: true },
    body: { filter: { must: [matches('runId', runId), kinds] } },
  });
  await deletePoints(connection, systemCollection, [runIdOf(runId)]);
}

async function readPayload(connection: Connection, id: string): Promise<Readonly<Record<string, unknown>> | null> {
  const [point] = await retrievePoints(connection, systemCollection, [id]);
  return point?.payload ?? null;
}

/** Inserts where there is nothing; the condition holds for no record of anybody else. Through one replica, as claims go. */
async function writeOnce(
  connection: Connection,
  id: string,
  payload: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const never = { must: [matches('kind', 'nothing')] };
  await connection.request('PUT', pointsPath(systemCollection), {
    query: { wait: true, ordering: 'medium' },
    body: { points: [{ id, vector: {}, payload }], update_filter: never },
  });
  const written = await readPayload(connection, id);
  if (written === null) throw new Error(`record ${id} is not there after it was written: ${stringifyJson(payload)}`);
  return written;
}

const matches = (key: string, value: string) => ({ key, match: { value } });
