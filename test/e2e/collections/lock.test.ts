/**
 * F14: one writer per target, on a real server.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { writeHolder } from '../../../src/core/qdrant/lock/holders.ts';
import { acquireWriterLock, type LockInput } from '../../../src/core/qdrant/lock.ts';
import { countPoints } from '../../../src/core/qdrant/collection/points.ts';
import { ensureSystemCollection, systemCollection } from '../../../src/core/qdrant/collection/system-collection.ts';
import { asOlderServer, connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';

let server: RunningQdrant;
let connection: Connection;
let number = 0;
let target = '';

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});
beforeEach(() => {
  target = `t${++number}`;
});

const owner = {
  host: 'box',
  machine: 'm',
  pid: 7,
  startedAt: '2026-01-02T03:04:05.000Z',
  command: 'qdx embed -c docs',
};
/** Renewed soon; old by no delay of a busy machine. */
const timing = { renewEveryMs: 200, staleAfterMs: 60_000 };

const acquire = (runId: string, change: Partial<LockInput> = {}, on = connection) =>
  acquireWriterLock(on, { target, runId, owner, timing, ...change });

const recordsOf = (name: string) =>
  countPoints(connection, systemCollection, { filter: { must: [{ key: 'target', match: { value: name } }] } });

const ways: [string, () => Connection][] = [
  ['by conditional upsert', () => connection],
  ['on a server before 1.16', () => asOlderServer(connection)],
];

describe.each(ways)('%s', (_title, line) => {
  test('F14: a second run is refused and told who holds it', async () => {
    const lock = await acquire('one', {}, line());
    await expect(acquire('two', {}, line())).rejects.toMatchObject({
      kind: 'locked',
      message: `${target} is being written by "qdx embed -c docs" (process 7 on box, since 2026-01-02T03:04:05.000Z)`,
      details: { target, runId: 'one', owner },
    });
    await lock.release();
    await (await acquire('two', {}, line())).release();
    expect(await recordsOf(target)).toBe(0);
  });

  test('shards of one run do not lock each other out, whoever ends first', async () => {
    const [first, second] = [await acquire('run', {}, line()), await acquire('run', {}, line())];
    await first.release();
    await expect(acquire('other', {}, line())).rejects.toMatchObject({ kind: 'locked' });
    await second.release();
    await (await acquire('other', {}, line())).release();
  });

  test('another target is free', async () => {
    const lock = await acquire('one', {}, line());
    const other = await acquire('two', { target: `${target}-other` }, line());
    expect([lock.lost.aborted, other.lost.aborted]).toEqual([false, false]);
    await other.release();
    await lock.release();
  });

  test('of a process of this machine that is gone it is taken at once', async () => {
    await ensureSystemCollection(connection);
    // Process ids end at 2^22 on Linux: nobody has this one.
    const dead = { ...owner, pid: 2 ** 22 + 1 };
    await acquire('dead', { owner: dead, timing: { renewEveryMs: 1e6, staleAfterMs: 1e6 } }, line());
    const lock = await acquire('next', { timing: { renewEveryMs: 1e6, staleAfterMs: 1e6 } }, line());
    await lock.release();
    expect(await recordsOf(target)).toBe(0);
  });

  test('of another machine it is taken only when it is old and not renewed while watched', async () => {
    await acquire(
      'silent',
      { owner: { ...owner, host: 'far', machine: 'n' }, timing: { renewEveryMs: 1e6, staleAfterMs: 1e6 } },
      line(),
    );
    await expect(acquire('next', {}, line())).rejects.toMatchObject({ kind: 'locked' });
    const taken = () =>
      acquire('next', { timing: { renewEveryMs: 100, staleAfterMs: 600 } }, line()).then(
        async (lock) => lock.release().then(() => 'taken'),
        (error: { kind: string }) => error.kind,
      );
    await expect.poll(taken).toBe('taken');
  });

  test('a clock that is wrong by hours does not lose a lock that is renewed', async () => {
    const lock = await acquire('one', { owner: { ...owner, host: 'far', machine: 'n' } }, line());
    const old = {
      target,
      runId: 'one',
      token: 'second',
      owner: { ...owner, host: 'far', machine: 'n' },
      renewedAtMs: 0,
    };
    await writeHolder(connection, old);
    await expect(acquire('two', {}, line())).rejects.toMatchObject({ kind: 'locked' });
    await lock.release();
  });

  test('--break-lock takes it, and the one who had it learns of it', async () => {
    const lock = await acquire('one', {}, line());
    const taken = await acquire('two', { breakLock: true }, line());
    await expect.poll(() => lock.lost.aborted).toBe(true);
    expect(lock.lost.reason).toMatchObject({ kind: 'locked' });
    await lock.release();
    await expect(acquire('three', {}, line())).rejects.toMatchObject({ kind: 'locked' });
    await taken.release();
  });
});

test('F14: of 12 runs that start at once exactly one gets it', async () => {
  const tries = await Promise.allSettled(Array.from({ length: 12 }, (_, run) => acquire(`run ${run}`)));
  const winners = tries.filter((one) => one.status === 'fulfilled');
  expect(winners).toHaveLength(1);
  for (const { value } of winners) await value.release();
  expect(await recordsOf(target)).toBe(0);
});

test('on a server before 1.16 of several that start at once never two get it', async () => {
  const older = asOlderServer(connection);
  for (let round = 0; round < 5; round++) {
    const tries = await Promise.allSettled(Array.from({ length: 6 }, (_, run) => acquire(`run ${run}`, {}, older)));
    const winners = tries.filter((one) => one.status === 'fulfilled');
    expect(winners.length).toBeLessThanOrEqual(1);
    for (const { value } of winners) await value.release();
  }
  expect(await recordsOf(target)).toBe(0);
});
