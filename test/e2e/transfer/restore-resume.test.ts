/**
 * Restores that are stopped, killed, cut off, or disturbed: the target is as it was or as the backup is, never anything else.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { QdxEvent } from '../../../src/lib/events.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { countPoints } from '../../../src/core/qdrant/collection/points.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { restore, type RestoreParams } from '../../../src/core/transfer/restore.ts';
import { readTransferMark, writeTransferMark } from '../../../src/core/transfer/journal/transfer-mark.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { progressTypes } from '../../helpers/progress-lines.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { linesOf, paramsFor } from './backup-support.ts';
import { createNastyCollection } from './nasty-collection.ts';
import { restoreAll } from './restore-support.ts';

let target: RunningQdrant;
let to: Connection;
/** A backup of docs__1 (aliases docs and prod), 400 points in about eight parts. */
let folder: string;
let expected: string[];

beforeAll(async () => {
  const source = await startQdrant();
  target = await startQdrant();
  const from = connectTo(source);
  to = connectTo(target);
  await createNastyCollection(from, 'docs__1', 400);
  const actions = ['docs', 'prod'].map((alias_name) => ({ create_alias: { alias_name, collection_name: 'docs__1' } }));
  await from.request('POST', '/collections/aliases', { body: { actions } });
  folder = join(temporaryFolder(), 'backup');
  await backUp(from, paramsFor(folder));
  expected = linesOf(join(folder, '001-docs__1'));
  await source.kill();
});

/** A live collection of 30 points that `docs` leads to. */
beforeEach(async () => {
  for (const { physical } of await listCollections(to)) await to.request('DELETE', `/collections/${physical}`);
  await to.request('PUT', '/collections/docs__4', { body: { vectors: { size: 2, distance: 'Dot' } } });
  const points = Array.from({ length: 30 }, (_, id) => ({ id, vector: [id, 1] }));
  await to.request('PUT', '/collections/docs__4/points', { query: { wait: true }, body: { points } });
  const actions = [{ create_alias: { alias_name: 'docs', collection_name: 'docs__4' } }];
  await to.request('POST', '/collections/aliases', { body: { actions } });
});

afterAll(async () => target.kill());

const params: RestoreParams = {
  ...restoreAll({ folder: '' }),
  get folder() {
    return folder;
  },
};

async function pointsOf(name: string): Promise<string[]> {
  const copy = join(temporaryFolder(), 'copy');
  const selection = { names: [name], patterns: [], all: false };
  const { collections } = await backUp(to, paramsFor(copy, { selection, partPoints: 1000 }));
  return linesOf(join(copy, `001-${collections[0]!.name}`));
}

/** The live collection and its alias are what they were before. */
async function expectIntact(): Promise<void> {
  const live = (await listCollections(to)).find(({ aliases }) => aliases.includes('docs'));
  expect(live).toEqual({ physical: 'docs__4', aliases: ['docs'] });
  expect(await countPoints(to, 'docs__4')).toBe(30);
}

async function expectRestored(physical = 'docs__5'): Promise<void> {
  expect(await listCollections(to)).toEqual([
    { physical: 'docs__4', aliases: [] },
    { physical, aliases: ['docs', 'prod'] },
  ]);
  expect(await pointsOf('docs')).toEqual(expected);
}

/** Calls `act` once, when so many points were restored. */
const atPoints = (points: number, act: () => void) => {
  let isDone = false;
  return (event: QdxEvent) => {
    if (isDone || event.type !== 'progress' || event.stage !== 'restoring' || event.done < points) return;
    isDone = true;
    act();
  };
};

describe('stopped and taken up', () => {
  test('F3: goes on in the marked staging collection, with another number of workers', async () => {
    const stop = new AbortController();
    const onEvent = atPoints(150, () => stop.abort(new Error('stopped')));
    await expect(restore(to, params, { signal: stop.signal, onEvent })).rejects.toThrow('stopped');
    await expectIntact();
    expect(await readTransferMark(to, 'docs__5')).toMatchObject({ state: 'staging', name: 'docs', command: 'restore' });
    const { collections } = await restore(to, { ...params, parallel: 8, batchSize: 100 });
    expect(collections[0]!.pointsKept).toBeGreaterThan(0);
    expect(collections[0]!.pointsKept).toBeLessThan(400);
    await expectRestored();
  });

  test('another backup does not take it up, and does not remove it', async () => {
    const stop = new AbortController();
    await expect(
      restore(to, params, { signal: stop.signal, onEvent: atPoints(100, () => stop.abort(new Error('stopped'))) }),
    ).rejects.toThrow('stopped');
    const other = join(temporaryFolder(), 'backup');
    await backUp(to, paramsFor(other));
    const { collections } = await restore(to, { ...params, folder: other });
    expect(collections).toMatchObject([{ physical: 'docs__6', pointsKept: 0 }]);
    expect(await readTransferMark(to, 'docs__5')).toMatchObject({ state: 'staging' });
  });

  test('F1: killed between the switch and its note: the next run says that it is done, and asks nothing', async () => {
    await restore(to, params);
    const mark = await readTransferMark(to, 'docs__5');
    await writeTransferMark(to, 'docs__5', { ...mark!, state: 'staging' });
    const { collections } = await restore(to, { ...params, confirm: async () => false });
    expect(collections).toMatchObject([{ physical: 'docs__5', pointsKept: 400 }]);
    expect(await readTransferMark(to, 'docs__5')).toMatchObject({ state: 'live', replaced: 'docs__4' });
    await expectRestored();
  });

  test('F3, F4: killed again and again (kill -9): intact until the switch, and then complete', async () => {
    const proxy = await startTcpProxy(target.url, { delayMs: 20 });
    const env = { QDX_URL: proxy.url };
    const args = ['restore', folder, '--yes', '--batch-size', '16', '--parallel', '2', '--break-lock', '--no-wait'];
    let killedInBetween = 0;
    // By what it says of itself, never by the clock.
    const told = { env, killSignal: 'SIGKILL', killWhen: /"stage":"restoring"/ } as const;
    for (let round = 0; round < 3; round++) {
      const { exitCode } = await runQdx([...args, '--progress', 'json'], told);
      expect(exitCode).toBe(137);
      const listed = await listCollections(to);
      if (listed.some(({ aliases }) => aliases.includes('prod'))) break;
      await expectIntact();
      if (listed.length === 2) killedInBetween++;
    }
    expect(killedInBetween).toBeGreaterThan(0);
    expect(await runQdx(args, { env: { QDX_URL: target.url } })).toMatchObject({ exitCode: 0 });
    await proxy.close();
    await expectRestored();
  });
});

// A line that breaks, and a server that is restarted, are in line.test.ts, for all transfers.
describe('server and line', () => {
  test('F9: answers are lost after the server did the work: nothing is counted twice', async () => {
    const proxy = await startTcpProxy(target.url);
    const onEvent = atPoints(100, () => proxy.loseAnswers(3));
    const { collections } = await restore(connectTo({ url: proxy.url, apiKey: undefined }), params, { onEvent });
    expect(collections[0]).toMatchObject({ points: 400 });
    await proxy.close();
    await expectRestored();
  });
});

test('a name that somebody moved meanwhile is not switched', async () => {
  await to.request('PUT', '/collections/third', { body: { vectors: { size: 2, distance: 'Dot' } } });
  const actions = [{ create_alias: { alias_name: 'docs', collection_name: 'third' } }];
  let moved: Promise<unknown> | undefined;
  const onEvent = atPoints(100, () => {
    moved = to.request('POST', '/collections/aliases', { body: { actions } });
  });
  await expect(restore(to, params, { onEvent })).rejects.toMatchObject({
    kind: 'refused',
    message: 'docs was moved meanwhile: it led to docs__4, now it leads to third',
  });
  await moved;
  expect((await listCollections(to)).find(({ physical }) => physical === 'third')?.aliases).toEqual(['docs']);
});

test('F5: SIGINT ends it with 130, the target is intact, and the same command goes on', async () => {
  const proxy = await startTcpProxy(target.url, { delayMs: 20 });
  const args = ['restore', folder, '--yes', '--batch-size', '16', '--parallel', '1', '--no-wait', '--progress', 'json'];
  const options = { env: { QDX_URL: proxy.url }, killSignal: 'SIGINT', killWhen: /"stage":"restoring"/ } as const;
  const stopped = await runQdx(args, options);
  expect([stopped.exitCode, progressTypes(stopped.stderr)]).toEqual([
    130,
    ['error', 'note', 'phase', 'progress', 'step'],
  ]);
  await expectIntact();
  expect(await runQdx(args, { env: { QDX_URL: target.url } })).toMatchObject({ exitCode: 0 });
  await proxy.close();
  await expectRestored();
});

describe('somebody writes into the staging collection', () => {
  test.each([
    [
      'changes a point',
      { points: [{ id: 1, vector: {}, payload: { foreign: true } }] },
      /0 points missing, 1 changed, 0 too many \(the first: 1\)$/,
    ],
    [
      'adds a point',
      { points: [{ id: 77, vector: {}, payload: {} }] },
      /0 points missing, 0 changed, 1 too many \(the first: 77\)$/,
    ],
  ])('%s: found, named, removed, and nothing was switched', async (_title, body, message) => {
    let written: Promise<unknown> | undefined;
    const slow: Connection = {
      ...to,
      requestRaw: async (...args) => {
        await written;
        return to.requestRaw(...args);
      },
    };
    const onEvent = (event: QdxEvent) => {
      if (event.type === 'phase' && event.name === 'comparing')
        written = to.request('PUT', '/collections/docs__5/points', { query: { wait: true }, body });
    };
    await expect(restore(slow, params, { onEvent })).rejects.toMatchObject({
      kind: 'verification',
      message: expect.stringMatching(message) as string,
    });
    await expectIntact();
    expect(await listCollections(to)).toHaveLength(1);
  });
});
