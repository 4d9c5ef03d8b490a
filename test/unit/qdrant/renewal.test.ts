/**
 * Faults of a server that no real one can be made to have at a given moment: it stops answering, with the lines open.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Connection, RequestOptions } from '../../../src/core/qdrant/connection/connection.ts';
import type { Holder } from '../../../src/core/qdrant/lock/holders.ts';
import { keepRenewing } from '../../../src/core/qdrant/lock/renewal.ts';
import { graceful } from '../../../src/core/qdrant/upload/graceful.ts';

const timing = { renewEveryMs: 20, staleAfterMs: 200 };
const me: Holder = {
  target: 'docs',
  runId: 'run',
  token: 'token',
  owner: { host: 'box', machine: 'm', pid: 1, startedAt: '', command: 'qdx' },
  renewedAtMs: 0,
};

interface Line {
  readonly connection: Connection;
  silent: boolean;
  /** Requests that have no answer yet, and the most there ever were. */
  open: number;
  most: number;
  options: RequestOptions[];
}

/** Answers as a server on which the lock is held, until it is silent: then only a signal ends a request. */
function lineThatMayFallSilent(): Line {
  const line: Line = { connection: {} as Connection, silent: false, open: 0, most: 0, options: [] };
  const request = async (_method: string, path: string, options: RequestOptions = {}): Promise<unknown> => {
    line.options.push(options);
    line.most = Math.max(line.most, ++line.open);
    try {
      options.signal?.throwIfAborted();
      if (line.silent)
        await once(new EventTarget() as never, 'never', options.signal ? { signal: options.signal } : {});
      return path.endsWith('/scroll')
        ? { points: [], next_page_offset: null }
        : [{ id: 'x', payload: { runId: 'run' } }];
    } finally {
      line.open--;
    }
  };
  Object.assign(line.connection, { request });
  return line;
}

test('a silent server: one renewal at a time, lost without an answer, given back without waiting for a queue', async () => {
  const line = lineThatMayFallSilent();
  const lock = keepRenewing(line.connection, me, { timing, hasClaim: true, renewedAt: performance.now() });
  await sleep(timing.staleAfterMs + 100);
  expect(lock.lost.aborted, 'held as long as it is renewed').toBe(false);
  line.silent = true;
  await once(lock.lost, 'abort');
  expect(lock.lost.reason).toMatchObject({ kind: 'locked', message: expect.stringContaining('was lost') });
  const asked = line.options.length;
  await sleep(timing.renewEveryMs * 3);
  expect([line.most, line.options.length - asked], 'no request after the loss').toEqual([1, 0]);
  expect(line.options.every(({ repeatable, timeoutMs }) => repeatable === false && timeoutMs === 20)).toBe(true);
  line.silent = false;
  await lock.release();
  expect(line.options.length).toBeGreaterThan(asked);
});

test('a renewal that is on its way does not hold up the end', async () => {
  const line = lineThatMayFallSilent();
  line.silent = true;
  const lock = keepRenewing(line.connection, me, { timing, hasClaim: true, renewedAt: performance.now() });
  await sleep(timing.renewEveryMs * 2);
  line.silent = false;
  await lock.release();
  expect([line.open, lock.lost.aborted]).toEqual([0, false]);
});

test('what is on its way has time after Ctrl-C, and none once the lock is lost', async () => {
  const [user, lost] = [new AbortController(), new AbortController()];
  const { signal } = graceful({ signal: AbortSignal.any([user.signal, lost.signal]), atOnce: lost.signal }, 60_000);
  user.abort(new Error('Ctrl-C'));
  expect(signal?.aborted).toBe(false);
  lost.abort(new Error('lost'));
  expect(signal?.reason).toEqual(new Error('lost'));
});
