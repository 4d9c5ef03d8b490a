/**
 * Backups that are stopped, killed and taken up; backups while others write.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { backUp, type BackupParams } from '../../../src/core/transfer/backup.ts';
import { verifyBackup } from '../../../src/core/transfer/backup-folder/verify-backup.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { progressTypes } from '../../helpers/progress-lines.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { linesOf, paramsFor } from './backup-support.ts';
import { createNastyCollection } from './nasty-collection.ts';

let server: RunningQdrant;
let connection: Connection;

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  await createNastyCollection(connection, 'docs__1', 400);
  const aliases = ['docs', 'prod'].map((alias) => ({
    create_alias: { collection_name: 'docs__1', alias_name: alias },
  }));
  await connection.request('POST', '/collections/aliases', { body: { actions: aliases } });
  await connection.request('PUT', '/collections/empty', { body: { vectors: { size: 2, distance: 'Dot' } } });
});

afterAll(async () => server.kill());

const upsert = (points: readonly object[]) =>
  connection.request('PUT', '/collections/docs__1/points', { query: { wait: true }, body: { points } });

describe('stopped and taken up', () => {
  /** Stops after some parts; returns how many are done. */
  async function stoppedBackup(folder: string, change: Partial<BackupParams> = {}): Promise<number> {
    const stop = new AbortController();
    let pages = 0;
    const onEvent = ({ type }: { type: string }) => {
      if (type === 'progress' && ++pages === 6) stop.abort(new Error('stopped'));
    };
    await expect(
      backUp(connection, paramsFor(folder, { parallel: 1, ...change }), { signal: stop.signal, onEvent }),
    ).rejects.toThrow('stopped');
    return readFileSync(join(folder, 'journal.jsonl'), 'utf8').split('"type":"part"').length - 1;
  }

  test('F3: goes on with the stored borders, whatever the number of workers', async () => {
    const folder = join(temporaryFolder(), 'backup');
    const before = await stoppedBackup(folder);
    expect(before).toBeGreaterThan(0);
    await expect(verifyBackup(folder)).rejects.toMatchObject({
      message: expect.stringContaining('unfinished') as string,
    });
    const notes: string[] = [];
    const onEvent = (event: { type: string; message?: string }) => void (event.message && notes.push(event.message));
    const summary = await backUp(connection, paramsFor(folder, { parallel: 8, partPoints: 7 }), { onEvent });
    expect(summary).toMatchObject({ resumed: true, points: 400 });
    expect(notes.join()).toMatch(/docs__1: \d+ points were read before/);
    const whole = join(temporaryFolder(), 'backup');
    const other = await backUp(connection, paramsFor(whole));
    expect(summary.collections[0]!.pointsHash).toBe(other.collections[0]!.pointsHash);
    expect(linesOf(join(folder, '001-docs__1'))).toEqual(linesOf(join(whole, '001-docs__1')));
    expect((await verifyBackup(folder)).problems).toEqual([]);
  });

  test.each([
    ['other compression', { compression: 'gzip' } as const, /compression was "none", now it is "gzip"/],
    ['a filter', { filter: { must: [] } }, /filter was null, now it is/],
    ['other collections', { selection: { names: [], patterns: [], all: true } }, /collections was \["docs__1"\]/],
  ])('F3: refuses %s', async (_title, change, message) => {
    const folder = join(temporaryFolder(), 'backup');
    await stoppedBackup(folder);
    await expect(backUp(connection, paramsFor(folder, change))).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message) as string,
    });
  });

  test('F3: refuses a collection whose settings were changed since, and names the setting', async () => {
    const folder = join(temporaryFolder(), 'backup');
    await stoppedBackup(folder);
    await connection.request('PATCH', '/collections/docs__1', { body: { hnsw_config: { m: 21 } } });
    const again = backUp(connection, paramsFor(folder));
    await expect(again).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('which was changed since: config.hnsw_config.m: expected 20, got 21') as string,
    });
    await connection.request('PATCH', '/collections/docs__1', { body: { hnsw_config: { m: 20 } } });
  });

  test('F45: refuses the journal of a newer qdx', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'journal.jsonl'), '{"type":"start","version":2,"qdxVersion":"9.0.0"}\n');
    await expect(backUp(connection, paramsFor(folder))).rejects.toMatchObject({
      kind: 'refused',
      hint: 'use qdx 9.0.0 or later, or begin in another folder',
    });
  });

  test('F2: killed while it took the lock of the folder: that is no obstacle, and no fault of the backup', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.lock.0123456789ab'), '{"pid":1}');
    await backUp(connection, paramsFor(folder));
    expect((await verifyBackup(folder)).problems).toEqual([]);
  });

  test('F5: SIGINT ends it with 130, and the same command goes on', async () => {
    const folder = join(temporaryFolder(), 'backup');
    const proxy = await startTcpProxy(server.url, { delayMs: 60 });
    const args = ['backup', 'docs', '--to', folder, '--part-points', '20', '--parallel', '1', '--progress', 'json'];
    const env = { QDX_URL: proxy.url };
    const stopped = await runQdx(args, { env, killSignal: 'SIGINT', killWhen: /"stage":"reading"/ });
    expect(stopped.exitCode).toBe(130);
    expect(existsSync(join(folder, 'manifest.json'))).toBe(false);
    expect(progressTypes(stopped.stderr)).toEqual(['error', 'note', 'phase', 'progress', 'step']);
    expect(await runQdx(args, { env })).toMatchObject({ exitCode: 0 });
    await proxy.close();
    expect((await verifyBackup(folder)).problems).toEqual([]);
  });

  test('F2, F4: killed again and again (kill -9) by the command line, nothing is lost, doubled or changed', async () => {
    const folder = join(temporaryFolder(), 'backup');
    // Answers that take a while, so that kills hit the middle of the work.
    const proxy = await startTcpProxy(server.url, { delayMs: 60 });
    const env = { QDX_URL: proxy.url };
    const args = ['backup', 'docs', '--to', folder, '--part-points', '20', '--parallel', '2'];
    const partsLeft: number[] = [];
    for (let round = 0; round < 5 && !existsSync(join(folder, 'manifest.json')); round++) {
      // Once it has noted so many parts of its own: whatever the machine takes to come that far.
      const killWhen = new RegExp(`(?:backup\\.part-noted[\\s\\S]*){${round + 1}}`, 'u');
      const { exitCode } = await runQdx([...args, '--progress', 'json'], { env, killSignal: 'SIGKILL', killWhen });
      // In the last rounds it may be done before it is killed.
      if (exitCode === 0 && round > 0) break;
      expect(exitCode).toBe(137);
      if (!existsSync(join(folder, 'journal.jsonl')) || existsSync(join(folder, 'manifest.json'))) continue;
      await expect(verifyBackup(folder)).rejects.toMatchObject({ kind: 'verification' });
      const parts = join(folder, '001-docs__1');
      partsLeft.push(existsSync(parts) ? readdirSync(parts).filter((name) => name.endsWith('.jsonl')).length : 0);
    }
    expect(Math.max(...partsLeft)).toBeGreaterThan(0);
    const last = await runQdx(args, { env });
    expect(last).toMatchObject({ exitCode: 0 });
    await proxy.close();
    const whole = join(temporaryFolder(), 'backup');
    await backUp(connection, paramsFor(whole));
    expect(linesOf(join(folder, '001-docs__1'))).toEqual(linesOf(join(whole, '001-docs__1')));
    expect((await verifyBackup(folder)).problems).toEqual([]);
    expect(readdirSync(folder).toSorted()).toEqual(['001-docs__1', 'manifest.json']);
  });
});

describe('F13: others write meanwhile', () => {
  /** Changes one point, without changing any count, when the second scan begins. */
  const disturb = async (folder: string, change: Partial<BackupParams>) => {
    let disturbed: Promise<unknown> | undefined;
    const slow = {
      ...connection,
      requestRaw: async (...args: Parameters<Connection['requestRaw']>) => {
        await disturbed;
        return connection.requestRaw(...args);
      },
    } as Connection;
    const onEvent = (event: { type: string; name?: string }) => {
      if (event.name === 'comparing')
        disturbed ??= upsert([{ id: 1, payload: { changed: Math.random() }, vector: {} }]);
    };
    return backUp(slow, paramsFor(folder, change), { onEvent });
  };

  test('a changed payload is noticed though every count is the same', async () => {
    const folder = join(temporaryFolder(), 'backup');
    const { collections } = await disturb(folder, {});
    expect(collections[0]).toMatchObject({ consistency: 'scroll-while-writing', countBefore: 400, countAfter: 400 });
    expect((await verifyBackup(folder)).manifest?.collections[0]?.consistency).toBe('scroll-while-writing');
  });

  test('--strict fails, leaves no finished backup, and the next run reads again what had changed', async () => {
    const folder = join(temporaryFolder(), 'backup');
    await expect(disturb(folder, { strict: true })).rejects.toMatchObject({
      kind: 'verification',
      message: expect.stringMatching(
        /^docs__1 was changed while it was read: 1 of \d+ parts differ on second reading$/,
      ) as string,
    });
    await expect(verifyBackup(folder)).rejects.toMatchObject({ kind: 'verification' });
    const summary = await backUp(connection, paramsFor(folder, { strict: true }));
    expect(summary).toMatchObject({ resumed: true, collections: [{ consistency: 'scroll', points: 400 }] });
    expect(linesOf(join(folder, '001-docs__1')).join()).toContain('"changed":');
  });

  test('without the second scan only counts are compared, and the label says so', async () => {
    const folder = join(temporaryFolder(), 'backup');
    const { collections } = await backUp(connection, paramsFor(folder, { secondScan: false }));
    expect(collections[0]?.consistency).toBe('scroll-unchecked');
    const strict = backUp(connection, paramsFor(`${folder}2`, { secondScan: false, strict: true }));
    await expect(strict).rejects.toMatchObject({ kind: 'usage' });
  });
});
