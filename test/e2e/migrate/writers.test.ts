/**
 * Writers during a migration: what they were acknowledged is in the new collection, or nothing was switched.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { QdxEvent } from '../../../src/lib/events.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { copyPoints } from '../../../src/core/transfer/migrate/copy-points.ts';
import { migrate } from '../../../src/core/transfer/migrate.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { createSmall, dropAll, migrateParams, pointAliases, startWriter, type Writer } from './support.ts';

let server: RunningQdrant;
let here: Connection;
const points = 3000;

beforeAll(async () => {
  server = await startQdrant();
  here = connectTo(server);
});

beforeEach(async () => {
  await dropAll(here);
  await createSmall(here, 'docs__1', points);
  await pointAliases(here, ['docs'], 'docs__1');
});

afterAll(async () => server.kill());

const resharded = copyPoints({ params: { shard_number: 2 } });

/** Everything the writer was told is done is what `name` leads to. */
async function expectAcknowledged(name: string, { acknowledged }: Writer): Promise<void> {
  const ids = [...acknowledged.keys()];
  const found = await here.request<{ id: number; payload: { version: number } }[]>(
    'POST',
    `/collections/${name}/points`,
    {
      body: { ids, with_payload: true },
    },
  );
  const versions = new Map(found.map(({ id, payload }) => [id, payload.version]));
  const wrong = ids.filter((id) => (versions.get(id) ?? null) !== acknowledged.get(id));
  expect(wrong.map((id) => `${id}: ${versions.get(id)} instead of ${acknowledged.get(id)}`)).toEqual([]);
}

describe('F13: a writer that inserts, changes and deletes without a pause', () => {
  test('nothing is switched, and the message says how much changed', async () => {
    const writer = startWriter(here, 'docs', points);
    const params = migrateParams({ strategy: resharded });
    await expect(migrate({ from: here, to: here }, params)).rejects.toMatchObject({
      kind: 'verification',
      message: expect.stringMatching(
        /^docs__1 is being written to: scan 4 found \d+ points inserted, \d+ changed, \d+ deleted/,
      ) as string,
      hint: expect.stringContaining('--allow-concurrent-writes') as string,
    });
    await writer.stop();
    expect((await listCollections(here)).find(({ aliases }) => aliases.includes('docs'))?.physical).toBe('docs__1');
    await expectAcknowledged('docs', writer);
  });

  test('--allow-concurrent-writes: switched, and nothing it was acknowledged is missing', async () => {
    const writer = startWriter(here, 'docs', points);
    const params = migrateParams({ strategy: resharded, allowConcurrentWrites: true });
    const { target, meanwhile, late } = await migrate({ from: here, to: here }, params);
    await writer.stop();
    expect(target).toMatchObject({ collection: 'docs__2', aliases: ['docs'] });
    expect(meanwhile.isQuiet).toBe(false);
    expect(late?.isQuiet).toBe(true);
    expect(writer.writes).toBeGreaterThan(50);
    await expectAcknowledged('docs', writer);
  });
});

describe('a writer that stops in time', () => {
  test('what it did meanwhile is carried over before the switch, and read back once more', async () => {
    const writer = startWriter(here, 'docs', points);
    let stopped: Promise<void> | undefined;
    const phases: string[] = [];
    const onEvent = (event: QdxEvent) => {
      if (event.type === 'phase') phases.push(event.name);
      if (event.type === 'phase' && event.name === 'comparing') stopped ??= writer.stop();
    };
    // The server says a few times that it is indexing: the wait is a stage of its own.
    let looks = 0;
    const indexing: Connection = {
      ...here,
      request: async (method, path, options) => {
        const answer = await here.request<object>(method, path, options);
        const isBusy = method === 'GET' && path === '/collections/docs__2' && 'status' in answer && looks++ < 5;
        return (isBusy ? { ...answer, status: 'yellow' } : answer) as never;
      },
    };
    const params = migrateParams({ strategy: resharded, waitForIndex: true });
    const summary = await migrate({ from: here, to: indexing }, params, { onEvent });
    await stopped;
    expect(Object.keys(summary.timesMs)).toEqual(['prepare', 'fill', 'index', 'compare', 'readBack', 'switch']);
    expect(summary).toMatchObject({ isReadBack: true, meanwhile: { isQuiet: true } });
    expect(phases.filter((name) => name === 'reading back')).toHaveLength(2);
    expect(phases.indexOf('reading back')).toBeLessThan(phases.indexOf('comparing'));
    expect(summary.meanwhile.inserted + summary.meanwhile.changed).toBeGreaterThan(0);
    await expectAcknowledged('docs', writer);
  });
});

describe('late writes: to the old collection, after the switch', () => {
  test('are carried over, unless the point was changed in the new one since', async () => {
    const put = (name: string, list: readonly object[]) =>
      here.request('PUT', `/collections/${name}/points`, { query: { wait: true }, body: { points: list } });
    const gone = (name: string, list: readonly number[]) =>
      here.request('POST', `/collections/${name}/points/delete`, { query: { wait: true }, body: { points: list } });
    const point = (id: number, version: string) => ({ id, vector: [id, 1], payload: { version } });
    let written: Promise<unknown> | undefined;
    const slow: Connection = {
      ...here,
      requestRaw: async (...args) => {
        await written;
        return here.requestRaw(...args);
      },
    };
    const onEvent = (event: QdxEvent) => {
      if (event.type !== 'phase' || event.name !== 'late writes') return;
      written ??= (async () => {
        await put('docs__1', [point(1, 'late'), point(2, 'late'), point(9001, 'late'), point(9002, 'late')]);
        await gone('docs__1', [3, 4]);
        await put('docs', [point(2, 'newer'), point(4, 'newer'), point(9002, 'newer')]);
        await gone('docs', [5]);
        await put('docs__1', [point(5, 'late')]);
      })();
    };
    const { late } = await migrate({ from: slow, to: slow }, migrateParams({ strategy: resharded }), { onEvent });
    const carried = { inserted: 1, changed: 1, deleted: 1 };
    expect(late).toEqual({ isQuiet: true, rounds: 2, carried, newer: 4, skipped: 0 });
    const found = await here.request<{ id: number; payload: { version: string } }[]>(
      'POST',
      '/collections/docs/points',
      {
        body: { ids: [1, 2, 3, 4, 5, 9001, 9002], with_payload: true },
      },
    );
    expect(Object.fromEntries(found.map(({ id, payload }) => [id, payload.version]))).toEqual({
      1: 'late',
      2: 'newer',
      4: 'newer',
      9001: 'late',
      9002: 'newer',
    });
  });
});
