/**
 * Strict mode that a run changes for a while: put back by that run, by the next one, or by gc.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readCollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { acquireWriterLock, lockOwner } from '../../../src/core/qdrant/lock.ts';
import { collectGarbage, type GarbageParams } from '../../../src/core/transfer/collect-garbage.ts';
import { relaxingStrictMode } from '../../../src/core/transfer/collection/strict-mode.ts';
import { withWriterLocks } from '../../../src/core/transfer/switch/locks.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { alias, createSmall, mark, removeAll } from './support.ts';

let server: RunningQdrant;
let to: Connection;

beforeAll(async () => {
  server = await startQdrant();
  to = connectTo(server);
});
afterAll(() => server.kill());

beforeEach(async () => {
  await removeAll(to);
  await createSmall(to, 'docs__1', 2);
  await alias(to, 'docs', 'docs__1');
  await mark(to, 'docs__1', { state: 'live' });
});

const garbage: GarbageParams = {
  only: [],
  keep: 1,
  confirmed: [],
  isYes: false,
  ask: async () => null,
  scratchFolder: temporaryFolder(),
  owner: lockOwner('qdx gc'),
};

test('a strict mode that a killed run left relaxed is put back, and not while one is at work', async () => {
  const limits = { enabled: true, max_query_limit: 5, upsert_max_batchsize: 3 };
  await to.request('PATCH', '/collections/docs__1', { body: { strict_mode_config: limits } });
  const strictMode = async () => {
    const { config } = await readCollectionInfo(to, 'docs__1');
    const { write_rate_limit: _kept, read_rate_limit: _too, ...rest } = config.strict_mode_config ?? {};
    return { ...rest, metadata: Object.keys(config.metadata ?? {}).filter((key) => key === 'qdx_fence') };
  };
  const before = await strictMode();
  const relaxing = relaxingStrictMode(to, 'docs__1');
  await relaxing.relax();
  expect(await strictMode()).toMatchObject({ upsert_max_batchsize: 1_000_000, metadata: ['qdx_fence'] });
  const lock = await acquireWriterLock(to, { target: 'docs', runId: 'other', owner: lockOwner('qdx migrate docs') });
  expect(await collectGarbage(to, garbage)).toMatchObject({
    strictModes: [{ collection: 'docs__1', keptBy: expect.stringContaining('qdx migrate docs') as string }],
  });
  expect(await strictMode()).not.toEqual(before);
  await lock.release();
  const shown = await runQdx(['gc'], { env: { QDX_URL: server.url } });
  expect(shown.stdout).toContain('the strict mode of docs__1, which a killed run had changed for a while, is as it');
  expect(await strictMode()).toMatchObject(before);
  expect(await collectGarbage(to, garbage)).toMatchObject({ strictModes: [] });
});

test('a strict mode is put back where relaxing it failed half-way, and by the next run after a kill', async () => {
  const strict_mode_config = { enabled: true, upsert_max_batchsize: 3 };
  await to.request('PATCH', '/collections/docs__1', { body: { strict_mode_config } });
  const batch = async () =>
    (await readCollectionInfo(to, 'docs__1')).config.strict_mode_config?.['upsert_max_batchsize'];
  // The server does it, and its answer is lost.
  const request = async (...call: Parameters<Connection['request']>) => {
    const answer = await to.request(...call);
    const { strict_mode_config: changed } = (call[2]?.body ?? {}) as { strict_mode_config?: object };
    if (changed && JSON.stringify(changed).includes('1000000')) throw new Error('the line was cut');
    return answer;
  };
  const cutOff = relaxingStrictMode({ ...to, request } as Connection, 'docs__1');
  await expect(cutOff.relax()).rejects.toThrow('the line was cut');
  expect(await batch()).toBe(1_000_000);
  await cutOff.restore();
  expect(await batch()).toBe(3);
  await relaxingStrictMode(to, 'docs__1').relax();
  const lock = { names: ['docs'], owner: lockOwner('test'), breakLock: false, runId: 'next' };
  const said: string[] = [];
  const onEvent = (event: QdxEvent) => void (event.type === 'note' && said.push(event.message));
  await withWriterLocks(to, lock, { onEvent }, async () => {});
  expect(await batch()).toBe(3);
  expect(said).toEqual(['a run was killed while the strict mode of docs__1 was otherwise: it is as it was again']);
});
