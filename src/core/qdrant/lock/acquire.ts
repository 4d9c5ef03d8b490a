/**
 * Taking the writer lock: by its claim, or, on servers before 1.16, by withdrawing where another run is seen.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../connection/connection.ts';
import { type Claim, joinClaim, readClaim, takeClaim } from './claims.ts';
import { deleteHolder, type Holder, listHolders, type LockOwner } from './holders.ts';
import { watchForRenewal } from './stale.ts';
import type { LockTiming } from './timing.ts';

export interface TakeInput extends RunOptions {
  readonly breakLock?: boolean;
  readonly timing: LockTiming;
  /** Whether the server decides by a condition (1.16). */
  readonly hasClaim: boolean;
}

/** Longer than a replica of a cluster is behind the others. */
const replicaLagMs = 1_000;

/** Takes the lock for a holder that is written already. @throws QdxError `locked`, naming the owner. */
export const takeLock = (connection: Connection, me: Holder, input: TakeInput): Promise<void> =>
  input.hasClaim ? acquireClaim(connection, me, input) : withdrawIfOthers(connection, me, input);

async function acquireClaim(connection: Connection, me: Holder, input: TakeInput): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    await joinClaim(connection, me);
    const claim = await readClaim(connection, me.target);
    if (claim?.runId === me.runId) return;
    if (claim === null) continue; // released between the two requests
    await assertMayTake(connection, me, claim.runId, input);
    await takeClaim(connection, me, claim);
    const taken = await readClaim(connection, me.target);
    if (taken?.runId !== me.runId) continue;
    await deleteHoldersOf(connection, me.target, claim);
    input.onEvent?.({ type: 'warning', message: `took over the lock of ${me.target}: its owner is gone` });
    return;
  }
  throw contended(me.target);
}

/** @throws QdxError `locked` unless the owner is gone or its lock is to be broken. */
async function assertMayTake(connection: Connection, me: Holder, runId: string, input: TakeInput): Promise<void> {
  if (input.breakLock) return;
  const listed = async () => (await listHolders(connection, me.target)).filter((holder) => holder.runId === runId);
  let holders = await listed();
  if (holders.length === 0) {
    // Its owner ended while it released the lock; or a replica that is a moment behind was asked.
    await sleep(replicaLagMs, undefined, input.signal ? { signal: input.signal } : {});
    holders = await listed();
  }
  const [first] = holders;
  if (first && !(await watchForRenewal(connection, holders, { ...input.timing, me, signal: input.signal })))
    throw locked(me.target, first);
}

async function deleteHoldersOf(connection: Connection, target: string, claim: Claim): Promise<void> {
  for (const holder of await listHolders(connection, target))
    if (holder.runId === claim.runId) await deleteHolder(connection, holder);
}

/** The way of servers before 1.16. */
async function withdrawIfOthers(connection: Connection, me: Holder, input: TakeInput): Promise<void> {
  const others = (await listHolders(connection, me.target)).filter(({ runId }) => runId !== me.runId);
  const [first] = others;
  if (!first) return;
  const gone =
    input.breakLock || (await watchForRenewal(connection, others, { ...input.timing, me, signal: input.signal }));
  if (!gone) throw locked(me.target, first);
  for (const other of others) await deleteHolder(connection, other);
}

const locked = (target: string, { runId, owner }: Holder): QdxError =>
  new QdxError('locked', `${target} is being written by ${describeOwner(owner)}`, {
    hint: 'wait for it; if it is certain that it runs no more: add --break-lock',
    details: { target, runId, owner },
  });

const contended = (target: string): QdxError =>
  new QdxError('locked', `${target} was not free: several runs that start at the same time ask for it`, {
    hint: 'run the same command again',
    details: { target },
  });

const describeOwner = ({ command, pid, host, startedAt }: LockOwner): string =>
  `"${command}" (process ${pid} on ${host}, since ${startedAt})`;
