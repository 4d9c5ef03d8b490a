/**
 * A plain collection that gives up its name (`qdx collections rename`, on a real server): where it cannot be deleted safely it
 * stays, takes writes, and nothing waits for its name.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { setAlias } from '../../../src/core/transfer/aliases.ts';
import { renameCollection, type RenameParams } from '../../../src/core/transfer/rename-collection.ts';
import { readTransferMark } from '../../../src/core/transfer/journal/transfer-mark.ts';
import { QdxError } from '../../../src/lib/errors.ts';
import type { RunOptions } from '../../../src/lib/events.ts';
import { untilStep } from '../../helpers/dying-connection.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { contentOf, createSmall, removeAll, upsert } from './support.ts';

let server: RunningQdrant;
let to: Connection;

beforeAll(async () => {
  server = await startQdrant();
  to = connectTo(server);
});
beforeEach(async () => {
  vi.restoreAllMocks();
  await removeAll(to);
});
afterAll(() => server.kill());

const renamed = (change: Partial<RenameParams> = {}): RenameParams => ({
  from: 'docs',
  to: 'guide',
  allowGap: false,
  allowConcurrentWrites: false,
  batchSize: 8,
  parallel: 2,
  confirm: async () => true,
  owner: lockOwner('test'),
  breakLock: false,
  ...change,
});

describe('that cannot be deleted safely stays, takes writes, and nothing waits for its name', () => {
  /** As it was, but for the copy. */
  async function expectUntouched(): Promise<void> {
    await upsert(to, 'docs', [7], 'plain');
    expect(Object.keys(await contentOf(to, 'docs'))).toHaveLength(20);
    expect(await readTransferMark(to, 'guide__1')).not.toHaveProperty('takesName');
  }

  /** Answers to the deletion, and to how many peers there are, as in `change`. */
  const answering = (change: Readonly<Record<string, () => Promise<unknown>>>): Connection => ({
    ...to,
    request: async (method, path, options) =>
      (await (change[`${method} ${path}`]?.() ?? to.request(method, path, options))) as never,
  });
  const refusedAnswer = async () => Promise.reject(new QdxError('denied', 'forbidden'));

  test('the deletion is refused, or its answer is lost (answers by hand)', async () => {
    await createSmall(to, 'docs', 20, 'plain');
    const refusing = answering({ 'DELETE /collections/docs': refusedAnswer });
    await expect(renameCollection(refusing, renamed({ allowGap: true }))).rejects.toMatchObject({
      kind: 'denied',
      message: 'docs was not deleted after its copy guide__1 was proven (it is as it was): forbidden',
    });
    await expectUntouched();
    const losing = answering({
      'DELETE /collections/docs': async () => {
        await to.request('DELETE', '/collections/docs');
        throw new QdxError('temporary', 'connection reset');
      },
    });
    expect(await renameCollection(losing, renamed({ allowGap: true }))).toMatchObject({ physical: 'guide__1' });
    expect(await listCollections(to)).toEqual([{ physical: 'guide__1', aliases: ['guide'] }]);
  });

  /** The clock goes on by a minute at a step. */
  function lateAt(step: string): RunOptions {
    let lateMs = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + lateMs);
    return {
      onEvent: (event) => {
        if (event.type === 'step' && event.name === step) lateMs += 60_000;
      },
    };
  }

  test('the fence ran out: raised again while there is something to read; else refused (the clock by hand)', async () => {
    await createSmall(to, 'docs', 20, 'plain');
    await expect(renameCollection(to, renamed({ allowGap: true }), lateAt('plain.equal'))).rejects.toMatchObject({
      kind: 'verification',
      message:
        'docs would be deleted while somebody may write to it: it took longer to read than its writers can be held off, which is a minute',
      hint: 'nothing was deleted; stop its writers, then add --allow-concurrent-writes',
    });
    vi.restoreAllMocks();
    await expectUntouched();
    const done = await renameCollection(to, renamed({ allowGap: true }), lateAt('plain.fenced'));
    expect(done.gap).toMatchObject({ isFenced: true });
  });

  test('a cluster: refused before anything is copied (peers by hand)', async () => {
    await createSmall(to, 'docs', 20, 'plain');
    const cluster = answering({ 'GET /cluster': async () => ({ status: 'enabled', peers: { 1: {}, 2: {} } }) });
    await expect(renameCollection(cluster, renamed({ allowGap: true }))).rejects.toMatchObject({
      kind: 'verification',
      hint: 'nothing was deleted; stop its writers, then add --allow-concurrent-writes',
    });
    expect((await listCollections(to)).map(({ physical }) => physical)).toEqual(['docs']);
    const open = renamed({ allowGap: true, allowConcurrentWrites: true });
    expect((await renameCollection(cluster, open)).gap).toMatchObject({ isFenced: false });
  });

  // Last: the lock of the killed run stays.
  test('killed after the deletion: whichever command changes the name next finishes that first', async () => {
    await createSmall(to, 'docs', 20, 'plain');
    await createSmall(to, 'other', 1);
    const rename = (silent: Connection, run: RunOptions) => renameCollection(silent, renamed({ allowGap: true }), run);
    expect(await untilStep(to, 'plain.deleted', rename)).toBe('died');
    const set = { alias: 'guide', collection: 'other', confirm: async () => true, owner: lockOwner('test') };
    expect(await setAlias(to, { ...set, breakLock: true })).toMatchObject({ before: 'guide__1', after: 'other' });
    expect(await readTransferMark(to, 'guide__1')).toMatchObject({ state: 'live', name: 'guide' });
  });
});
