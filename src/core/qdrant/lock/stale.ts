/**
 * Whether the owner of a lock is gone: at once where it ran on this very machine; elsewhere a record that looks old is watched
 * for a while, because clocks of two machines may differ and a living owner renews it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isProcessAlive } from '../../../lib/processes.ts';
import type { Connection } from '../connection/connection.ts';
import { type Holder, listHolders } from './holders.ts';

export interface StaleOptions {
  readonly renewEveryMs: number;
  readonly staleAfterMs: number;
  readonly me: Holder;
  readonly signal: AbortSignal | undefined;
}

/** True when every one of `holders` is gone: old by the clock, and not renewed while watched. */
export async function watchForRenewal(
  connection: Connection,
  holders: readonly Holder[],
  options: StaleOptions,
): Promise<boolean> {
  const { me, staleAfterMs, renewEveryMs, signal } = options;
  const doubtful = holders.filter((holder) => !isKnownDead(holder, me));
  if (doubtful.length === 0) return true;
  if (!doubtful.every((holder) => looksOld(holder, staleAfterMs))) return false;
  await sleep(renewEveryMs * 1.5, undefined, signal ? { signal } : {});
  const now = await listHolders(connection, me.target);
  return doubtful.every((seen) => {
    const current = now.find(({ token }) => token === seen.token);
    return current === undefined || current.renewedAtMs === seen.renewedAtMs;
  });
}

/**
 * Its process ran on this machine and is gone; also where this process was given its number. The same host name says
 * nothing: containers share it. Where either machine is not known, only time tells.
 */
export function isKnownDead({ owner }: Holder, me: Holder): boolean {
  if (owner.machine === undefined || owner.machine === null || owner.machine !== me.owner.machine) return false;
  return owner.pid === me.owner.pid ? owner.startedAt !== me.owner.startedAt : !isProcessAlive(owner.pid);
}

export const looksOld = (holder: Holder, staleAfterMs: number): boolean =>
  Date.now() - holder.renewedAtMs > staleAfterMs;
