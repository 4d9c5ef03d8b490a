/**
 * The claim of the writer lock: the one record per target that says which run may write. Every change is conditional.
 *
 * On a cluster all changes go through one replica, so that they are decided one after the other: `medium` ordering picks it
 * among those alive (`strong` keeps to one that may be down). Holders are written before, by any peer: that write finds
 * out which replicas are dead.
 */
import { recordId, systemCollection } from '../collection/system-collection.ts';
import type { Connection } from '../connection/connection.ts';
import { pointsPath, retrievePoints } from '../collection/points.ts';
import type { Holder } from './holders.ts';

export interface Claim {
  readonly runId: string;
  /** Token of the holder that joined last: a claim that somebody joined meanwhile is not deleted. */
  readonly lastToken: string;
}

/** Inserts the claim where there is none, joins it where it is this run's; another run's stays as it is. */
export const joinClaim = (connection: Connection, me: Holder): Promise<void> =>
  upsertIf(connection, me, { must: [matches('runId', me.runId)] });

/** Takes the claim that was seen, if it is still that one. */
export const takeClaim = (connection: Connection, me: Holder, seen: Claim): Promise<void> =>
  upsertIf(connection, me, { must: [matches('runId', seen.runId), matches('lastToken', seen.lastToken)] });

export async function readClaim(connection: Connection, target: string): Promise<Claim | null> {
  const [point] = await retrievePoints(connection, systemCollection, [claimId(target)]);
  return point ? (point.payload as unknown as Claim) : null;
}

/** Deletes the claim that was seen, if nobody joined or took it since. */
export async function deleteClaim(connection: Connection, target: string, seen: Claim): Promise<void> {
  await connection.request('POST', pointsPath(systemCollection, '/delete'), {
    query: { wait: true, ordering: 'medium' },
    body: {
      filter: {
        must: [{ has_id: [claimId(target)] }, matches('runId', seen.runId), matches('lastToken', seen.lastToken)],
      },
    },
  });
}

async function upsertIf(connection: Connection, me: Holder, condition: unknown): Promise<void> {
  const payload = { kind: 'claim', target: me.target, runId: me.runId, lastToken: me.token };
  await connection.request('PUT', pointsPath(systemCollection), {
    query: { wait: true, ordering: 'medium' },
    body: { points: [{ id: claimId(me.target), vector: {}, payload }], update_filter: condition },
  });
}

const claimId = (target: string): string => recordId('claim', target);

const matches = (key: string, value: string) => ({ key, match: { value } });
