/**
 * One writer per target. Two records in the server's `_qdx` collection:
 *
 * - the claim, one point per target: which run holds it, and who of that run joined last;
 * - a holder, one point per process: who it is and when it last said that it lives. Shards of one run are several
 *   holders of one claim, so they never lock each other out.
 *
 * Taking the claim is one conditional upsert (Qdrant inserts what is absent and changes only what matches), and reading
 * back decides who won. A holder is written before its claim and a claim is deleted only if nobody joined since its
 * holders were listed, so at no moment do two runs believe that they hold it. Servers before 1.16 have no condition:
 * there every run writes its holder, then withdraws if it sees another run's (of two that start at once, both may).
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { processIdentity } from '../../lib/processes.ts';
import type { Connection } from './connection/connection.ts';
import { deleteHolder, type Holder, listHolders, type LockOwner, renewHolder, writeHolder } from './lock/holders.ts';
import { type Claim, deleteClaim, joinClaim, readClaim, takeClaim } from './lock/claims.ts';
import { ensureSystemCollection } from './collection/system-collection.ts';
import { isKnownDead, looksOld, watchForRenewal } from './lock/stale.ts';

export type { LockOwner } from './lock/holders.ts';

/** This process as the owner of a lock. */
export const lockOwner = (command: string): LockOwner => ({ ...processIdentity(), command });

export interface LockInput extends RunOptions {
  /** Public name of the collection. */
  readonly target: string;
  /** Runs of one id share the lock. */
  readonly runId: string;
  readonly owner: LockOwner;
  /** `--break-lock`: take it from whoever holds it. */
  readonly breakLock?: boolean;
  /** For tests. */
  readonly timing?: LockTiming;
}

interface LockTiming {
  readonly renewEveryMs: number;
  /** Without renewal for so long, a lock is stale. */
  readonly staleAfterMs: number;
}

export interface WriterLock {
  /** Aborts with a QdxError when the lock was taken away; combine it with the run's own signal. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Longer than a replica of a cluster is behind the others. */
const replicaLagMs = 1_000;

const defaultTiming: LockTiming = { renewEveryMs: 10_000, staleAfterMs: 60_000 };

/** @throws QdxError `locked`, naming the owner. */
export async function acquireWriterLock(connection: Connection, input: LockInput): Promise<WriterLock> {
  const timing = input.timing ?? defaultTiming;
  await ensureSystemCollection(connection, input.signal);
  const { features } = await connection.server();
  const me: Holder = {
    target: input.target,
    runId: input.runId,
    token: randomUUID(),
    owner: input.owner,
    renewedAtMs: Date.now(),
  };
  await writeHolder(connection, me);
  try {
    if (features.conditionalUpsert) await acquireClaim(connection, me, input, timing);
    else await withdrawIfOthers(connection, me, input, timing);
  } catch (error) {
    await deleteHolder(connection, me);
    throw error;
  }
  return keepRenewing(connection, me, timing, features.conditionalUpsert);
}

async function acquireClaim(connection: Connection, me: Holder, input: LockInput, timing: LockTiming): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    await joinClaim(connection, me);
    const claim = await readClaim(connection, me.target);
    if (claim?.runId === me.runId) return;
    if (claim === null) continue; // released between the two requests
    await assertMayTake(connection, me, claim.runId, input, timing);
    await takeClaim(connection, me, claim);
    const taken = await readClaim(connection, me.target);
    if (taken?.runId !== me.runId) continue;
    await deleteHoldersOf(connection, me.target, claim);
    input.onEvent?.({ type: 'warning', message: `took over the lock of ${me.target}: its owner is gone` });
    return;
  }
  throw locked(me.target, undefined);
}

/** @throws QdxError `locked` unless the owner is gone or its lock is to be broken. */
async function assertMayTake(
  connection: Connection,
  me: Holder,
  runId: string,
  input: LockInput,
  timing: LockTiming,
): Promise<void> {
  if (input.breakLock) return;
  const listed = async () => (await listHolders(connection, me.target)).filter((holder) => holder.runId === runId);
  let holders = await listed();
  if (holders.length === 0) {
    // Its owner ended while it released the lock; or a replica that is a moment behind was asked.
    await sleep(replicaLagMs, undefined, input.signal ? { signal: input.signal } : {});
    holders = await listed();
  }
  const [first] = holders;
  if (first && !(await watchForRenewal(connection, holders, { ...timing, me, signal: input.signal })))
    throw locked(me.target, first);
}

async function deleteHoldersOf(connection: Connection, target: string, claim: Claim): Promise<void> {
  for (const holder of await listHolders(connection, target))
    if (holder.runId === claim.runId) await deleteHolder(connection, holder);
}

/** The way of servers before 1.16. */
async function withdrawIfOthers(
  connection: Connection,
  me: Holder,
  input: LockInput,
  timing: LockTiming,
): Promise<void> {
  const others = (await listHolders(connection, me.target)).filter(({ runId }) => runId !== me.runId);
  const [first] = others;
  if (!first) return;
  const gone = input.breakLock || (await watchForRenewal(connection, others, { ...timing, me, signal: input.signal }));
  if (!gone) throw locked(me.target, first);
  for (const other of others) await deleteHolder(connection, other);
}

/** Renews until released; a lock that cannot be renewed in time, or that another run took, is lost. */
function keepRenewing(connection: Connection, me: Holder, timing: LockTiming, hasClaim: boolean): WriterLock {
  const lost = new AbortController();
  let renewedAt = performance.now();
  const renew = async () => {
    try {
      const held = await renewHolder(connection, me);
      const holds = held && (!hasClaim || (await holdsClaim(connection, me)));
      if (!holds) lost.abort(lostTo(me.target));
      else renewedAt = performance.now();
    } catch {
      // The server may be restarting: what counts is how long ago the last renewal was.
      if (performance.now() - renewedAt > timing.staleAfterMs) lost.abort(lostTo(me.target));
    }
  };
  let renewal = Promise.resolve();
  const timer = setInterval(() => {
    renewal = renewal.then(renew);
  }, timing.renewEveryMs);
  timer.unref();
  return {
    lost: lost.signal,
    release: async () => {
      clearInterval(timer);
      await renewal;
      await releaseLock(connection, me, timing, hasClaim);
    },
  };
}

/** A claim that is gone (a shard of this run took this one for dead) is made anew; another run's is not touched. */
async function holdsClaim(connection: Connection, me: Holder): Promise<boolean> {
  const claim = await readClaim(connection, me.target);
  if (claim !== null) return claim.runId === me.runId;
  await joinClaim(connection, me);
  return (await readClaim(connection, me.target))?.runId === me.runId;
}

async function releaseLock(
  connection: Connection,
  me: Holder,
  { staleAfterMs }: LockTiming,
  hasClaim: boolean,
): Promise<void> {
  const claim = hasClaim ? await readClaim(connection, me.target) : null;
  await deleteHolder(connection, me);
  if (claim?.runId !== me.runId) return;
  const others = (await listHolders(connection, me.target)).filter(({ runId }) => runId === me.runId);
  const dead = others.filter((holder) => isKnownDead(holder, me) || looksOld(holder, staleAfterMs));
  for (const holder of dead) await deleteHolder(connection, holder);
  if (dead.length === others.length) await deleteClaim(connection, me.target, claim);
}

function locked(target: string, holder: Holder | undefined): QdxError {
  const who = holder ? describeOwner(holder.owner) : 'several runs that start at the same time';
  return new QdxError('locked', `${target} is being written by ${who}`, {
    hint: 'wait for it; if it is certain that it runs no more: add --break-lock',
    details: { target, ...(holder && { runId: holder.runId, owner: holder.owner }) },
  });
}

const describeOwner = ({ command, pid, host, startedAt }: LockOwner): string =>
  `"${command}" (process ${pid} on ${host}, since ${startedAt})`;

const lostTo = (target: string): QdxError =>
  new QdxError('locked', `the lock of ${target} was lost: another run took it, or the server could not be reached`, {
    hint: 'run the same command again; what was written is kept',
  });
