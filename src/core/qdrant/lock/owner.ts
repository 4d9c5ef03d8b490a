/**
 * Who holds the writer lock of a target, for those who do not ask for it.
 */
import { isQdxError } from '../../../lib/errors.ts';
import type { Connection } from '../connection/connection.ts';
import { type Holder, listHolders, type LockOwner } from './holders.ts';
import { isKnownDead, looksOld } from './stale.ts';
import { defaultTiming } from './timing.ts';

/** Null where nobody that is alive holds it. `me` tells which machine this is. */
export async function findLockOwner(connection: Connection, target: string, me: LockOwner): Promise<LockOwner | null> {
  const own: Holder = { target, runId: '', token: '', owner: me, renewedAtMs: 0 };
  const holders = await listHolders(connection, target).catch((error: unknown) => {
    // Nothing of qdx was ever written to this server.
    if (isQdxError(error) && error.kind === 'notFound') return [];
    throw error;
  });
  const alive = holders.find((each) => !isKnownDead(each, own) && !looksOld(each, defaultTiming.staleAfterMs));
  return alive?.owner ?? null;
}
