/**
 * Migrations that are killed (kill -9), cut off or disturbed: no name leads to anything but what it led to or the whole new
 * collection, and the same command goes on.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { QdxEvent } from '../../../src/lib/events.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { copyPoints } from '../../../src/core/transfer/migrate/copy-points.ts';
import { planCopy } from '../../../src/core/transfer/migrate/plan-copy.ts';
import { migrate } from '../../../src/core/transfer/migrate.ts';
import { listTransfers, writeTransfer } from '../../../src/core/transfer/journal/transfer-journal.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { progressTypes } from '../../helpers/progress-lines.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';
import { createSmall, dropAll, linesOn, migrateParams, pointAliases } from './support.ts';

let server: RunningQdrant;
let here: Connection;
let expected: string[];
const points = 1200;

beforeAll(async () => {
  server = await startQdrant();
  here = connectTo(server);
  await createSmall(here, 'docs__1', points);
  expected = await linesOn(here, 'docs__1');
  await dropAll(here);
});

/** `docs` leads to docs__1, and `copy` to ten points that are in use. */
beforeEach(async () => {
  await dropAll(here);
  await createSmall(here, 'docs__1', points);
  await createSmall(here, 'copy__1', 10);
  await pointAliases(here, ['docs'], 'docs__1');
  await pointAliases(here, ['copy'], 'copy__1');
});

afterAll(async () => server.kill());

const leadsTo = async (name: string): Promise<string | undefined> =>
  (await listCollections(here)).find(({ aliases }) => aliases.includes(name))?.physical;

const copying = migrateParams({ target: 'copy', allowShrink: true });
const typed = ['migrate', 'docs', 'copy', '--yes', '--no-wait', '--batch-size', '64', '--parallel', '2'];

/** Runs until it stands at a step, and kills it there. */
async function killAt(step: string, home: string, args = typed): Promise<void> {
  const env = { QDX_URL: server.url, QDX_HOLD_AT_STEP: step };
  const options = { env, home, killSignal: 'SIGKILL', killWhen: /held at/ } as const;
  expect(await runQdx(args, options)).toMatchObject({ exitCode: 137 });
}

describe('killed, and taken up by the same command', () => {
  test.each([
    ['migrate.noted', 'copy__1'],
    ['migrate.created', 'copy__1'],
    ['migrate.batch-loaded#9', 'copy__1'],
    ['migrate.settled', 'copy__1'],
    ['migrate.proven', 'copy__1'],
    ['migrate.switched', 'copy__2'],
    ['migrate.late-carried', 'copy__2'],
  ])('F1, F3: at %s, when copy leads to %s', async (step, leading) => {
    const home = temporaryHome();
    await killAt(step, home);
    expect(await leadsTo('copy')).toBe(leading);
    const again = await runQdx([...typed, '--parallel', '5', '--json'], { env: { QDX_URL: server.url }, home });
    expect(again).toMatchObject({ exitCode: 0 });
    const wasFilled = !['migrate.noted', 'migrate.created'].includes(step);
    expect((JSON.parse(again.stdout) as { pointsKept: number }).pointsKept > 0).toBe(wasFilled);
    expect(await listCollections(here)).toMatchObject([
      { physical: 'copy__1', aliases: [] },
      { physical: 'copy__2', aliases: ['copy'] },
      { physical: 'docs__1', aliases: ['docs'] },
    ]);
    expect(await linesOn(here, 'copy')).toEqual(expected);
    expect((await listTransfers(here, 'copy')).at(-1)).toMatchObject({ state: 'done' });
  });

  test('after the switch onto its own name: a late write that came before the kill is carried over by the next run', async () => {
    const home = temporaryHome();
    const args = ['migrate', 'docs', '--shard-number', '2', '--yes', '--no-wait'];
    await killAt('migrate.switched', home, args);
    expect(await leadsTo('docs')).toBe('docs__2');
    const body = { points: [{ id: 1, vector: [1, 1], payload: { version: 7 } }] };
    await here.request('PUT', '/collections/docs__1/points', { query: { wait: true }, body });
    const again = await runQdx([...args, '--json'], { env: { QDX_URL: server.url }, home });
    expect(again).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(again.stdout)).toMatchObject({
      late: { carried: { changed: 1 } },
      target: { collection: 'docs__2' },
    });
    expect(await listCollections(here)).toContainEqual({ physical: 'docs__2', aliases: ['docs'] });
  });
});

test('F5: stopped after the switch, and the next run still finds what was written late', async () => {
  const stop = new AbortController();
  const params = migrateParams({ strategy: copyPoints({ params: { shard_number: 2 } }) });
  const onEvent = (event: QdxEvent) => {
    if (event.type === 'step' && event.name === 'migrate.switch-noted') stop.abort(new Error('stopped'));
  };
  await expect(migrate({ from: here, to: here }, params, { onEvent, signal: stop.signal })).rejects.toThrow('stopped');
  expect(await leadsTo('docs')).toBe('docs__2');
  const body = { points: [{ id: 1, vector: [1, 1], payload: { version: 7 } }] };
  await here.request('PUT', '/collections/docs__1/points', { query: { wait: true }, body });
  const summary = await migrate({ from: here, to: here }, params);
  expect(summary).toMatchObject({ late: { carried: { changed: 1 }, isQuiet: true }, isReadBack: null });
  expect(existsSync(params.scratchFolder) && readdirSync(join(params.scratchFolder, 'transfers'))).toEqual([]);
});

describe('F3: another request', () => {
  test('is refused, naming the difference; --restart removes what the first one left', async () => {
    await killAt('migrate.created', temporaryHome());
    const other = { ...copying, strategy: copyPoints({ params: { shard_number: 3 } }) };
    await expect(migrate({ from: here, to: here }, other)).rejects.toMatchObject({
      kind: 'usage',
      message:
        'copy__2 is of an unfinished migration of another request: config.params.shard_number was to be as in the source, now 3',
      hint: 'repeat that command to finish it, or add --restart to remove what it left',
    });
    await expect(planCopy({ from: here, to: here }, other)).rejects.toMatchObject({ kind: 'usage' });
    const plan = await planCopy({ from: here, to: here }, { ...other, restart: true });
    expect(plan).toMatchObject({ isTakenUp: false });
    const summary = await migrate({ from: here, to: here }, { ...other, restart: true });
    expect(summary.target.collection).toBe('copy__2');
    expect(await linesOn(here, 'copy')).toEqual(expected);
  });
});

test('F5: SIGINT ends it with 130, nothing was switched, and the same command goes on', async () => {
  const home = temporaryHome();
  const slow = await startTcpProxy(server.url, { delayMs: 20 });
  const options = { env: { QDX_URL: slow.url }, home, killSignal: 'SIGINT', killWhen: /"stage":"copying"/ } as const;
  const stopped = await runQdx([...typed, '--progress', 'json'], options);
  expect([stopped.exitCode, progressTypes(stopped.stderr)]).toEqual([
    130,
    ['error', 'note', 'phase', 'progress', 'step'],
  ]);
  expect(await leadsTo('copy')).toBe('copy__1');
  await slow.close();
  // Through the proxy it was the source of another address.
  const again = await runQdx([...typed, '--restart'], { env: { QDX_URL: server.url }, home });
  expect(again).toMatchObject({ exitCode: 0 });
  expect(again.stderr).toContain('removed (--restart): migrate from docs__1 on');
  expect(await linesOn(here, 'copy')).toEqual(expected);
});

test('F45: a journal entry of a later qdx is refused, naming the version', async () => {
  await killAt('migrate.created', temporaryHome());
  const [record] = (await listTransfers(here, 'copy')).filter(({ state }) => state === 'filling');
  await writeTransfer(here, record!, { version: 2 });
  await expect(migrate({ from: here, to: here }, copying)).rejects.toMatchObject({
    kind: 'refused',
    message: 'the journal has a transfer to copy__2 of format 2, and this qdx knows 1',
  });
  expect(await leadsTo('copy')).toBe('copy__1');
  await writeTransfer(here, record!, { version: 1 });
});

/** Calls `act` once, when so many points were copied. */
const atPoints = (wanted: number, act: () => void) => {
  let isDone = false;
  return (event: QdxEvent) => {
    if (isDone || event.type !== 'progress' || event.stage !== 'copying' || event.done < wanted) return;
    isDone = true;
    act();
  };
};

describe('server and line', () => {
  test('F7: the server is killed and restarted in the middle', async () => {
    let restarted: Promise<void> | undefined;
    const patient = connectTo(server, { retries: 12 });
    const onEvent = atPoints(points / 2, () => {
      restarted = server.restart();
    });
    expect(await migrate({ from: patient, to: patient }, copying, { onEvent })).toMatchObject({ points });
    await restarted;
    expect(await linesOn(here, 'copy')).toEqual(expected);
  });

  test('F9: answers are lost after the server did the work: nothing is counted twice', async () => {
    const proxy = await startTcpProxy(server.url);
    const line = connectTo({ url: proxy.url, apiKey: undefined });
    const onEvent = atPoints(points / 3, () => proxy.loseAnswers(3));
    expect(await migrate({ from: line, to: line }, copying, { onEvent })).toMatchObject({ points });
    await proxy.close();
    expect(await linesOn(here, 'copy')).toEqual(expected);
  });

  test('the line is cut at every tenth of the way: done, or failed aloud with the target intact', async () => {
    const outcomes: string[] = [];
    for (let tenth = 0; tenth < 10; tenth++) {
      const proxy = await startTcpProxy(server.url);
      const once = connectTo({ url: proxy.url, apiKey: undefined }, { retries: 0 });
      const onEvent = atPoints((points * tenth) / 10 + 1, () => {
        proxy.cut();
        proxy.loseAnswers(1);
      });
      const params = { ...copying, batchSize: 64, breakLock: true };
      outcomes.push(
        await migrate({ from: here, to: once }, params, { onEvent }).then(
          () => 'done',
          () => 'failed',
        ),
      );
      await proxy.close();
      expect(await leadsTo('copy')).toBe('copy__1');
    }
    expect(outcomes).toEqual(Array.from({ length: 10 }, () => 'failed'));
    await migrate({ from: here, to: here }, { ...copying, breakLock: true });
    expect(await linesOn(here, 'copy')).toEqual(expected);
  });
});

describe('somebody else', () => {
  test('F14: a second run on the same target is refused, and named', async () => {
    let second: Promise<unknown> | undefined;
    const onEvent = atPoints(1, () => {
      second = migrate({ from: here, to: here }, copying).catch((error: unknown) => error);
    });
    await migrate({ from: here, to: here }, copying, { onEvent });
    expect(await second).toMatchObject({
      kind: 'locked',
      message: expect.stringMatching(/^copy is being written by/) as string,
    });
  });

  test('writes into the staging collection: found when it is read back, named, and nothing is switched', async () => {
    let written: Promise<unknown> | undefined;
    const slow: Connection = {
      ...here,
      requestRaw: async (...args) => {
        await written;
        return here.requestRaw(...args);
      },
    };
    const onEvent = (event: QdxEvent) => {
      if (event.type !== 'phase' || event.name !== 'reading back') return;
      const body = {
        points: [
          { id: 1, vector: [5, 5], payload: {} },
          { id: 77_777, vector: [1, 1], payload: {} },
        ],
      };
      written = here.request('PUT', '/collections/copy__2/points', { query: { wait: true }, body });
    };
    await expect(migrate({ from: slow, to: slow }, copying, { onEvent })).rejects.toMatchObject({
      kind: 'verification',
      message: 'copy__2 differs from its source: 0 points missing, 1 changed, 1 too many (the first: 1)',
    });
    expect(await leadsTo('copy')).toBe('copy__1');
    expect(await migrate({ from: here, to: here }, copying)).toMatchObject({ isReadBack: true });
    expect(await linesOn(here, 'copy')).toEqual(expected);
  });
});
