import { expect, test } from 'vitest';
import type { Holder, LockOwner } from '../../../src/core/qdrant/lock/holders.ts';
import { isKnownDead } from '../../../src/core/qdrant/lock/stale.ts';

const gone = 2 ** 22 + 1;
const me: LockOwner = { host: 'box', machine: 'm', pid: process.pid, startedAt: 'now', command: 'qdx' };
const holderOf = (owner: LockOwner): Holder => ({ target: 't', runId: 'r', token: 'x', owner, renewedAtMs: 0 });

const owners: readonly [string, Partial<LockOwner>, boolean][] = [
  ['of this machine and gone', { pid: gone }, true],
  ['of this machine and alive', { pid: process.ppid }, false],
  ['with the number that this process was given since', { startedAt: 'before' }, true],
  ['of this very process', {}, false],
  ['of another machine that has the same host name', { pid: gone, machine: 'n' }, false],
  ['with this number, in another container of the same host name', { machine: 'n', startedAt: 'before' }, false],
  ['of a machine that does not tell', { pid: gone, machine: null }, false],
];
test.each(owners)('an owner %s: known to be dead: %#', (_title, change, isDead) => {
  expect(isKnownDead(holderOf({ ...me, ...change }), holderOf(me))).toBe(isDead);
});
test('nothing is known where this machine does not tell', () => {
  const nowhere = holderOf({ ...me, machine: null });
  expect(isKnownDead(holderOf({ ...me, machine: null, pid: gone }), nowhere)).toBe(false);
});
