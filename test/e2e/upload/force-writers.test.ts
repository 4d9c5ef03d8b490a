/**
 * `qdx upload --force` while somebody writes: what was acknowledged is there afterwards, or nothing was switched.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { QdxEvent } from '../../../src/lib/events.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { overwriteCollection } from '../../../src/core/transfer/overwrite.ts';
import { connectTo } from '../../helpers/connection.ts';
import { readCollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import { modelCard } from '../../helpers/model-card.ts';
import type { RunningQdrant } from '../../helpers/qdrant.ts';
import { uuid } from '../../helpers/vectors-file.ts';
import { removeAll } from '../versions/support.ts';

import {
  allOpen,
  createOld,
  expectOld,
  startForceServer,
  paramsFor,
  physicalOf,
  textsOf,
  upsert,
} from './force-support.ts';

let server: RunningQdrant;
let to: Connection;
let file: string;

beforeAll(async () => void ({ server, to, file } = await startForceServer()));
beforeEach(() => removeAll(to));
afterAll(() => server.kill());

const params = (change: Parameters<typeof paramsFor>[1] = {}) => paramsFor(file, change);

describe('F13: writes meanwhile', () => {
  /** Inserts, changes and deletes one after the other until stopped; what was acknowledged is returned. */
  function startWriter() {
    const line = connectTo(server, { retries: 0, retryDeadlineMs: 1 });
    const over = new AbortController();
    const acknowledged = new Map<number, string | null>();
    const attempt = async (n: number, text: string | null): Promise<void> => {
      const work =
        text === null
          ? line.request('POST', '/collections/docs/points/delete', {
              query: { wait: true },
              body: { points: [uuid(n)] },
            })
          : upsert(line, 'docs', [n], text);
      await work.then(
        () => acknowledged.set(n, text),
        () => acknowledged.delete(n),
      );
    };
    const writing = (async () => {
      for (let n = 0; !over.signal.aborted; n++) {
        await attempt(1000 + n, `inserted ${n}`);
        await attempt(11 + (n % 10), `changed ${n}`);
        if (n < 5) await attempt(21 + n, null);
      }
    })();
    return async () => {
      over.abort();
      await writing;
      return acknowledged;
    };
  }

  test.each([
    ['an alias', false],
    ['a plain collection', true],
  ])('over %s: nothing that was acknowledged is missing', async (_title, isPlain) => {
    await createOld(to, { plain: isPlain });
    let stop = async (): Promise<ReadonlyMap<number, string | null>> => new Map();
    // What was there before is the file's to decide.
    const onEvent = (event: QdxEvent) => {
      if (event.type === 'step' && event.name === 'force.watched') stop = startWriter();
    };
    const given = params({ open: allOpen, settleRounds: 3, allowConcurrentWrites: !isPlain });
    const done = await overwriteCollection(to, given, { onEvent }).finally(() => stop());
    const acknowledged = await stop();
    expect(done).toMatchObject({ overwritten: true });
    const texts = await textsOf(to, 'docs');
    for (const [n, text] of acknowledged) expect([n, texts.get(n) ?? null]).toEqual([n, text]);
    expect(texts.get(40)).toBe('new 40');
    expect(acknowledged.size).toBeGreaterThan(10);
  });

  test('by default: all of it, or nothing is switched', async () => {
    await createOld(to);
    let stop = async (): Promise<ReadonlyMap<number, string | null>> => new Map();
    const onEvent = (event: QdxEvent) => {
      if (event.type === 'step' && event.name === 'force.watched') stop = startWriter();
    };
    const outcome = await overwriteCollection(to, params({ settleRounds: 2 }), { onEvent })
      .catch((error: { kind: string }) => error.kind)
      .finally(() => stop());
    const texts = await textsOf(to, 'docs');
    for (const [n, text] of await stop()) expect([n, texts.get(n) ?? null]).toEqual([n, text]);
    const isSwitched = outcome !== 'verification';
    expect([await physicalOf(to, 'docs'), texts.get(1)]).toEqual(
      isSwitched ? ['docs__2', 'new 1'] : ['docs__1', 'old'],
    );
  });

  test('refused because somebody writes, then the same command again: what was acknowledged is there', async () => {
    await createOld(to);
    let written: Promise<unknown> | undefined;
    const onEvent = (event: QdxEvent) => {
      if (event.type !== 'step' || event.name !== 'force.created') return;
      const gone = to.request('POST', '/collections/docs/points/delete', {
        query: { wait: true },
        body: { points: [uuid(20)] },
      });
      written = Promise.all([upsert(to, 'docs', [11, 77], 'mine'), gone]);
    };
    const late: Connection = {
      ...to,
      request: async (...args) => {
        await written;
        return to.request(...args);
      },
    };
    const given = params({ settleRounds: 1 });
    await expect(overwriteCollection(late, given, { onEvent })).rejects.toMatchObject({ kind: 'verification' });
    expect(await overwriteCollection(to, { ...given, settleRounds: 5 })).toMatchObject({
      overwritten: true,
      collection: 'docs__2',
      meanwhile: { inserted: 1, changed: 1, deleted: 1, isQuiet: true },
    });
    const texts = await textsOf(to, 'docs');
    expect([11, 77, 20, 40].map((n) => texts.get(n))).toEqual(['mine', 'mine', undefined, 'new 40']);
    expect(texts.size).toBe(40);
  });

  test('under strict mode that limits batches and filters: carried over, and strict mode is what it was', async () => {
    await createOld(to);
    const strict = { enabled: true, upsert_max_batchsize: 2, unindexed_filtering_update: false };
    await to.request('PATCH', '/collections/docs__1', { body: { strict_mode_config: strict } });
    let written: Promise<unknown> | undefined;
    const onEvent = (event: QdxEvent) => {
      if (event.type !== 'step' || event.name !== 'force.created') return;
      written = Promise.all([71, 72, 73, 74, 75].map(async (n) => upsert(to, 'docs', [n], 'mine')));
    };
    const late: Connection = {
      ...to,
      request: async (...args) => {
        await written;
        return to.request(...args);
      },
    };
    const done = await overwriteCollection(late, params(), { onEvent });
    expect(done).toMatchObject({ meanwhile: { inserted: 5, isQuiet: true }, notTaken: [] });
    expect((await textsOf(to, 'docs')).get(75)).toBe('mine');
    const { config } = await readCollectionInfo(to, 'docs');
    expect(config.strict_mode_config).toEqual(strict);
    expect(config.metadata).not.toHaveProperty('qdx_fence');
  });

  test('of another model: not switched, and said; --allow-concurrent-writes leaves them behind', async () => {
    await createOld(to, { card: { model: modelCard({ documentPrefix: 'x' }) } });
    let written: Promise<void> | undefined;
    const onEvent = (event: QdxEvent) => {
      if (event.type === 'step' && event.name === 'force.created') written = upsert(to, 'docs', [77], 'mine');
    };
    await expect(overwriteCollection(to, params({ open: allOpen }), { onEvent })).rejects.toMatchObject({
      kind: 'verification',
      message: `docs__1 was written to meanwhile (the first: point ${uuid(77)}), and its points do not fit the new collection, which has other vectors`,
    });
    await written;
    expect(await physicalOf(to, 'docs')).toBe('docs__1');
    const left = await overwriteCollection(to, params({ open: allOpen, allowConcurrentWrites: true }), { onEvent });
    expect(left).toMatchObject({ overwritten: true, backup: { points: 31 } });
  });

  test('somebody writes to the staging collection: found, not switched', async () => {
    await createOld(to);
    let written: Promise<void> | undefined;
    const slow: Connection = {
      ...to,
      request: async (...args) => {
        await written;
        return to.request(...args);
      },
    };
    const onEvent = (event: QdxEvent) => {
      if (event.type === 'step' && event.name === 'force.uploaded') written = upsert(to, 'docs__2', [3, 99], 'foreign');
    };
    await expect(overwriteCollection(slow, params(), { onEvent })).rejects.toMatchObject({
      kind: 'verification',
      message: expect.stringMatching(
        /^docs__2 differs from the file: 0 points missing, 1 changed, 1 too many/u,
      ) as string,
    });
    await expectOld(to);
    // Nothing of the foreigner's is left when the same command runs again.
    await overwriteCollection(to, params());
    const texts = await textsOf(to, 'docs');
    expect([texts.size, texts.get(3)]).toEqual([40, 'new 3']);
  });

  test('an error after the switch: the same command looks for late writes', async () => {
    await createOld(to);
    const given = params();
    let written: Promise<void> | undefined;
    const over = new AbortController();
    const onEvent = (event: QdxEvent) => {
      if (event.type !== 'step' || event.name !== 'force.switched') return;
      // As a writer that resolved the alias a moment ago.
      written = upsert(to, 'docs__1', [88], 'late');
      over.abort(new Error('stopped'));
    };
    await expect(overwriteCollection(to, given, { onEvent, signal: over.signal })).rejects.toThrow('stopped');
    await written;
    expect(await overwriteCollection(to, given)).toMatchObject({
      wasSwitched: true,
      late: { isQuiet: true, carried: { inserted: 1 } },
    });
    expect((await textsOf(to, 'docs')).get(88)).toBe('late');
  });
});
