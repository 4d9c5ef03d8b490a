/**
 * F7: the server is killed and restarted in the middle of the commands that line.test.ts and upload/force-line.test.ts leave out:
 * `verify --against`, `rollback` and `migrate --model`.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { QdxEvent, RunOptions } from '../../../src/lib/events.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { compareCollection } from '../../../src/core/transfer/compare-collection.ts';
import { migrate } from '../../../src/core/transfer/migrate.ts';
import { reembedCollection } from '../../../src/core/transfer/reembed-collection.ts';
import { rollback } from '../../../src/core/transfer/rollback.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { createSmall, linesOn, migrateParams, pointAliases } from '../migrate/support.ts';
import { makeForeign, paragraphs } from '../reembed/foreign-collection.ts';
import { reembedParams } from '../reembed/support.ts';
import { paramsFor } from './backup-support.ts';

let server: RunningQdrant;
let steady: Connection;

beforeAll(async () => {
  server = await startQdrant();
  steady = connectTo(server, { retries: 20 });
  await createSmall(steady, 'docs__1', 400);
  await pointAliases(steady, ['docs'], 'docs__1');
});

afterAll(async () => server.kill());

/** Restarts the server at the first such event. */
async function restartedAt<T>(
  isMoment: (event: QdxEvent) => boolean,
  work: (run: RunOptions) => Promise<T>,
): Promise<T> {
  let restarted: Promise<void> | undefined;
  const onEvent = (event: QdxEvent) => {
    if (isMoment(event)) restarted ??= server.restart();
  };
  const result = await work({ onEvent });
  expect(restarted).toBeDefined();
  await restarted;
  return result;
}

const isComparing = (event: QdxEvent): boolean => event.type === 'phase' && event.name === 'comparing';

test('F7: verify --against: a backup and another collection are compared to the end', async () => {
  const folder = join(temporaryFolder(), 'backup');
  await backUp(steady, paramsFor(folder));
  const params = { collection: 'docs', against: folder };
  const report = await restartedAt(isComparing, (run) => compareCollection(steady, params, run));
  expect(report).toMatchObject({ isEqual: true, points: { compared: 400, equal: 400 } });
});

test('F7: rollback: the name leads back, and both are as they were', async () => {
  const before = await linesOn(steady, 'docs');
  const copied = await migrate({ from: steady, to: steady }, migrateParams({ target: 'second' }));
  expect(copied.isSwitched).toBe(true);
  await createSmall(steady, 'other', 10);
  await migrate({ from: steady, to: steady }, migrateParams({ source: 'other', target: 'second', allowShrink: true }));
  const params = {
    name: 'second',
    dryRun: false,
    breakLock: false,
    owner: lockOwner('test'),
    confirm: async () => true,
  };
  const summary = await restartedAt(isComparing, (run) => rollback(steady, params, run));
  expect(summary).toMatchObject({ to: 'second__1', isProven: true, pointsTo: 400 });
  expect(await linesOn(steady, 'second')).toEqual(before);
  expect(await linesOn(steady, 'second__2')).toHaveLength(10);
});

test('F7: migrate --model: every point is embedded, proven and switched in', async () => {
  const points = paragraphs(20);
  await makeForeign(steady, { physical: 'story__1', alias: 'story', points });
  const {
    strategy: _strategy,
    readBack: _readBack,
    ...common
  } = migrateParams({ source: 'story', target: 'story', batchSize: 6 });
  const params = {
    ...common,
    reembed: { ...(await reembedParams()), textField: 'page_content' },
    backupRoot: temporaryFolder(),
  };
  const isFilling = (event: QdxEvent): boolean => event.type === 'step' && event.name === 'migrate.batch-loaded';
  const summary = await restartedAt(isFilling, (run) => reembedCollection({ from: steady, to: steady }, params, run));
  expect(summary).toMatchObject({ points: points.length, isSwitched: true });
  expect(summary.proof?.points).toMatchObject({ points: points.length, withVector: points.length });
});
