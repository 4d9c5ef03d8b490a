/**
 * The journal of transfers: one record each in the target server's `_qdx`, so that another machine can see as well what state
 * things are in. Written before each step it names; the staging collection's own mark (transfer-mark.ts) says what may be
 * removed, the record says how far the run came, and holds the borders of its ranges, which are drawn once.
 */
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { recordId, systemCollection } from '../../qdrant/collection/system-collection.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { listCollections } from '../../qdrant/collection/names.ts';
import type { LockOwner } from '../../qdrant/lock.ts';
import { deletePoints, pointsPath, retrievePoints, scrollPoints } from '../../qdrant/collection/points.ts';
import type { IdRange } from '../points/scan-range.ts';
import type { TransferMark } from './transfer-mark.ts';

/**
 * `filling`: the staging collection is being made. `proven`: it is complete and compared. `switched`: its names lead to it, and
 * late writes may still be on their way. `done`: nothing is left to do.
 * @public
 */
export type TransferState = 'filling' | 'proven' | 'switched' | 'done';

export interface JournalledSnapshot {
  /** Snapshots that were there before. */
  readonly known: readonly string[];
  /** Null until the server has made it. */
  readonly name: string | null;
  /** Of this shard. */
  readonly shard: number;
}

export interface TransferRecord {
  readonly version: number;
  readonly command: TransferMark['command'];
  /** Public name, as in the writer lock. */
  readonly name: string;
  /** The collection that is made. */
  readonly physical: string;
  /** As in the mark of that collection. */
  readonly origin: string;
  /** Where the points come from, for people. */
  readonly source: string;
  /** The collection they come from, and its `serverId`; null for a file or a backup. */
  readonly from: { readonly url: string; readonly collection: string } | null;
  /** What else decides what is in it, for people: by name. A run that goes on must be of the same. */
  readonly request: Readonly<Record<string, string>>;
  readonly state: TransferState;
  /** Null where they are not drawn yet, and at the end. */
  readonly ranges: readonly IdRange[] | null;
  readonly points: number;
  /** Being made, or lying, on the server of the source; absent: none. */
  readonly snapshots?: readonly JournalledSnapshot[] | null;
  readonly owner: LockOwner;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly updatedAt: string;
}

const kind = 'transfer';
const journalVersion = 1;
const idOf = (physical: string): string => recordId(kind, physical);

/** Null where there is none, as for collections that were made before there was a journal. */
export async function readTransfer(connection: Connection, physical: string): Promise<TransferRecord | null> {
  const [point] = await retrievePoints(connection, systemCollection, [idOf(physical)]).catch(noneYet);
  return point ? recordOf(point.payload) : null;
}

/** Of one public name, or all there are; the oldest first. */
export async function listTransfers(
  connection: Connection,
  name?: string,
  { signal }: RunOptions = {},
): Promise<TransferRecord[]> {
  const ofName = name === undefined ? [] : [{ key: 'name', match: { value: name } }];
  const filter = { must: [{ key: 'kind', match: { value: kind } }, ...ofName] };
  const records: TransferRecord[] = [];
  try {
    for await (const { payload } of scrollPoints(connection, systemCollection, { filter, ...(signal && { signal }) }))
      records.push(recordOf(payload));
  } catch (error) {
    noneYet(error);
  }
  return records.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}

/** Returns what was written: `change` on top of `record`, with the time. */
export async function writeTransfer(
  connection: Connection,
  record: TransferRecord,
  change: Partial<TransferRecord> = {},
): Promise<TransferRecord> {
  const next = { ...record, ...change, updatedAt: new Date().toISOString() };
  const point = { id: idOf(next.physical), vector: {}, payload: { kind, ...next } };
  await connection.request('PUT', pointsPath(systemCollection), { query: { wait: true }, body: { points: [point] } });
  return next;
}

export const removeTransfer = (connection: Connection, physical: string): Promise<void> =>
  deletePoints(connection, systemCollection, [idOf(physical)]);

/** Does nothing for a transfer that has no entry. */
export async function noteState(connection: Connection, physical: string, state: TransferState): Promise<void> {
  const record = await readTransfer(connection, physical);
  if (record) await writeTransfer(connection, record, { state, ...(state === 'done' && { ranges: null }) });
}

/** Says what earlier runs on these names left unfinished, whichever command they were; their collections are still there. */
export async function tellUnfinished(
  connection: Connection,
  names: readonly string[],
  run: RunOptions = {},
): Promise<void> {
  const records = (await listTransfers(connection, undefined, run)).filter(
    ({ name, state }) => names.includes(name) && state !== 'done',
  );
  if (records.length === 0) return;
  const there = new Map((await listCollections(connection, run.signal)).map((entry) => [entry.physical, entry]));
  for (const record of records) {
    const found = there.get(record.physical);
    if (!found) continue;
    // Killed between the switch and its note.
    const state = found.aliases.includes(record.name) ? 'switched' : record.state;
    run.onEvent?.({ type: 'note', message: `an earlier run is unfinished: ${describeTransfer({ ...record, state })}` });
  }
}

/** @throws QdxError `refused` for an entry of a later qdx (F45): what it means is not known here. */
function recordOf(payload: unknown): TransferRecord {
  const { kind: _kind, ...record } = payload as TransferRecord & { kind: string };
  if (record.version <= journalVersion) return record;
  throw new QdxError(
    'refused',
    `the journal has a transfer to ${record.physical} of format ${record.version}, and this qdx knows ${journalVersion}`,
    {
      hint: 'use the qdx that began it, or a later one',
      details: { physical: record.physical, version: record.version },
    },
  );
}

/** Nothing of qdx was ever written to this server. */
function noneYet(error: unknown): never[] {
  if (isQdxError(error) && error.kind === 'notFound') return [];
  throw error;
}

const reached: Readonly<Record<TransferState, string>> = {
  filling: 'it was still being filled, and nothing leads to it',
  proven: 'it was complete and compared, and nothing leads to it yet',
  switched: 'its name leads to it, and late writes were not yet looked for',
  done: 'it is done',
};

/** A sentence on what an earlier run left. */
export const describeTransfer = ({ command, physical, source, state, updatedAt, owner }: TransferRecord): string =>
  `${command} from ${source} to ${physical} (process ${owner.pid} on ${owner.host}) ended at ${updatedAt}: ${reached[state]}`;
