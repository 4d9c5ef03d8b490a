/**
 * A writer lock that is held: renewed until it is given back, lost once it is not renewed in time or another run took it.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { Connection } from '../connection/connection.ts';
import { withLimits } from '../connection/with-limits.ts';
import { deleteClaim, joinClaim, readClaim } from './claims.ts';
import { deleteHolder, type Holder, listHolders, renewHolder } from './holders.ts';
import { isKnownDead, looksOld } from './stale.ts';
import type { LockTiming } from './timing.ts';

export interface WriterLock {
  /** Aborts with a QdxError when the lock was lost; combine it with the run's own signal. */
  readonly lost: AbortSignal;
  /** Takes no longer than `releaseWithinMs`, whatever the server does. */
  release(): Promise<void>;
}

/** A lock that cannot be given back in this time becomes stale by itself. */
export const releaseWithinMs = 10_000;

export interface RenewalInput {
  readonly timing: LockTiming;
  readonly hasClaim: boolean;
  /** When the holder was written, on the clock of `performance`. */
  readonly renewedAt: number;
}

/** Renews until released or lost; one renewal at a time, each given up when the next one is due. */
export function keepRenewing(connection: Connection, me: Holder, input: RenewalInput): WriterLock {
  const { renewEveryMs, staleAfterMs } = input.timing;
  const lost = new AbortController();
  const over = new AbortController();
  const limits = { timeoutMs: renewEveryMs, repeatable: false, awaitsReturn: false, signal: over.signal };
  const line = withLimits(connection, limits);
  let renewing: Promise<void> | null = null;
  let expiry: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(timer);
    clearTimeout(expiry);
    over.abort();
  };
  const lose = (): void => {
    stop();
    lost.abort(lostTo(me.target));
  };
  // From when the renewal was sent: others count from the time that it writes.
  const expireAfter = (renewedAt: number): void => {
    clearTimeout(expiry);
    expiry = setTimeout(lose, renewedAt + staleAfterMs - performance.now()).unref();
  };
  const renew = async (): Promise<void> => {
    const startedAt = performance.now();
    // No answer says nothing of the lock, the server may be restarting: only time does.
    const isHeld = await stillHeld(line, me, input.hasClaim).catch(() => null);
    if (over.signal.aborted || isHeld === null) return;
    if (isHeld) expireAfter(startedAt);
    else lose();
  };
  const timer = setInterval(() => {
    renewing ??= renew().finally(() => (renewing = null));
  }, renewEveryMs).unref();
  expireAfter(input.renewedAt);
  return {
    lost: lost.signal,
    release: async () => {
      stop();
      await renewing;
      const last = withLimits(connection, { repeatable: false, signal: AbortSignal.timeout(releaseWithinMs) });
      await releaseLock(last, me, input);
    },
  };
}

const stillHeld = async (connection: Connection, me: Holder, hasClaim: boolean): Promise<boolean> =>
  (await renewHolder(connection, me)) && (!hasClaim || (await holdsClaim(connection, me)));

/** A claim that is gone (a shard of this run took this one for dead) is made anew; another run's is not touched. */
async function holdsClaim(connection: Connection, me: Holder): Promise<boolean> {
  const claim = await readClaim(connection, me.target);
  if (claim !== null) return claim.runId === me.runId;
  await joinClaim(connection, me);
  return (await readClaim(connection, me.target))?.runId === me.runId;
}

async function releaseLock(connection: Connection, me: Holder, { timing, hasClaim }: RenewalInput): Promise<void> {
  const claim = hasClaim ? await readClaim(connection, me.target) : null;
  await deleteHolder(connection, me);
  if (claim?.runId !== me.runId) return;
  const others = (await listHolders(connection, me.target)).filter(({ runId }) => runId === me.runId);
  const dead = others.filter((holder) => isKnownDead(holder, me) || looksOld(holder, timing.staleAfterMs));
  for (const holder of dead) await deleteHolder(connection, holder);
  if (dead.length === others.length) await deleteClaim(connection, me.target, claim);
}

const lostTo = (target: string): QdxError =>
  new QdxError('locked', `the lock of ${target} was lost: another run took it, or the server could not be reached`, {
    hint: 'run the same command again; what was written is kept',
  });
