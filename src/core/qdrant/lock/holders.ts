/**
 * Holder records of the writer lock: one for each process that writes to a target.
 */
import { recordId, systemCollection } from '../collection/system-collection.ts';
import type { Connection } from '../connection/connection.ts';
import { deletePoints, pointsPath, retrievePoints, scrollPoints } from '../collection/points.ts';

export interface LockOwner {
  readonly host: string;
  /** See lib/processes.ts; null or absent where it is not known. */
  readonly machine?: string | null;
  readonly pid: number;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  /** As typed, without secrets. */
  readonly command: string;
}

export interface Holder {
  readonly target: string;
  readonly runId: string;
  /** Of this process alone. */
  readonly token: string;
  readonly owner: LockOwner;
  /** By the holder's own clock: compared with itself only, or as a first hint. */
  readonly renewedAtMs: number;
}

export async function writeHolder(connection: Connection, holder: Holder): Promise<void> {
  const point = { id: holderId(holder), vector: {}, payload: { kind: 'holder', ...holder } };
  await connection.request('PUT', pointsPath(systemCollection), {
    query: { wait: true },
    body: { points: [point] },
  });
}

/** Sets the time of a record that is there; never brings one back that somebody deleted. False where it is gone. */
export async function renewHolder(connection: Connection, holder: Holder): Promise<boolean> {
  await connection.request('POST', pointsPath(systemCollection, '/payload'), {
    query: { wait: true },
    body: {
      payload: { renewedAtMs: Date.now() },
      filter: { must: [{ has_id: [holderId(holder)] }, { key: 'token', match: { value: holder.token } }] },
    },
  });
  const points = await retrievePoints(connection, systemCollection, [holderId(holder)]);
  return points.length > 0;
}

/** Of one target, or of all. */
export async function listHolders(connection: Connection, target?: string): Promise<Holder[]> {
  const ofTarget = target === undefined ? [] : [{ key: 'target', match: { value: target } }];
  const filter = { must: [{ key: 'kind', match: { value: 'holder' } }, ...ofTarget] };
  const holders: Holder[] = [];
  for await (const { payload } of scrollPoints(connection, systemCollection, { filter }))
    holders.push(payload as unknown as Holder);
  return holders;
}

export const deleteHolder = (connection: Connection, holder: Holder): Promise<void> =>
  deletePoints(connection, systemCollection, [holderId(holder)]);

const holderId = ({ target, token }: Holder): string => recordId('holder', target, token);
