/**
 * Re-embedding that is killed: the same command goes on, and nothing is embedded twice.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { countPoints } from '../../../src/core/qdrant/collection/points.ts';
import type { ReembedSummary } from '../../../src/core/transfer/reembed-collection.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { type QdxRun, runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { makeForeign, paragraphs } from './foreign-collection.ts';

const points = paragraphs(20);
let server: RunningQdrant;
let connection: Connection;

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
});

afterAll(async () => server.kill());

const run = (name: string, home: string, args: readonly string[], heldAt?: string): Promise<QdxRun> => {
  const command = [
    'migrate',
    name,
    '--model',
    'all-MiniLM-L6-v2',
    '--text-field',
    'page_content',
    '--batch-size',
    '6',
    '--yes',
  ];
  const env = { QDRANT_URL: server.url, ...(heldAt !== undefined && { QDX_HOLD_AT_STEP: heldAt }) };
  const kill = heldAt === undefined ? {} : ({ killSignal: 'SIGKILL', killWhen: /held at/u } as const);
  const backup = args.includes('--backup-to') ? [] : ['--no-backup'];
  return runQdx([...command, ...backup, '--json', ...args], { home, env, ...kill });
};

describe('F1, F3: kill -9', () => {
  test.each([
    ['in the middle, with the cache: the rest comes from it or is there', 'cached', [], 'migrate.batch-loaded#2'],
    [
      'in the middle, without a cache: what is in the staging collection stays',
      'uncached',
      ['--no-cache'],
      'migrate.batch-loaded#2',
    ],
  ] as const)('%s', async (_title, name, flags, step) => {
    await makeForeign(connection, { physical: `${name}__1`, alias: name, points });
    const home = temporaryHome();
    const killed = await run(name, home, flags, step);
    expect(killed.exitCode).toBe(137);
    expect(await listCollections(connection)).toContainEqual({ physical: `${name}__1`, aliases: [name] });
    const there = await countPoints(connection, `${name}__2`);
    const { stdout, stderr, exitCode } = await run(name, home, flags);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    const summary = JSON.parse(stdout) as ReembedSummary;
    expect(summary).toMatchObject({ points: points.length, pointsKept: there, isSwitched: true });
    expect(there).toBeGreaterThanOrEqual(12);
    const { made, embedded, cached } = summary.counts;
    expect([made, embedded + cached]).toEqual([points.length - there, points.length - there]);
    expect(summary.proof?.points).toMatchObject({ points: points.length, withVector: points.length });
    expect(await listCollections(connection)).toContainEqual({ physical: `${name}__2`, aliases: [name] });
  });

  test('a finished backup counts only where the source is still what is in it; --plan refuses what the run would', async () => {
    await makeForeign(connection, { physical: 'kept__1', alias: 'kept', points });
    const home = temporaryHome();
    const root = join(home, 'backups');
    const flags = ['--backup-to', root];
    const foldersAfter = async (step: string): Promise<string[]> => {
      expect((await run('kept', home, flags, step)).exitCode).toBe(137);
      return readdirSync(root);
    };
    expect(await foldersAfter('migrate.created')).toEqual(['kept__1-before-kept__2']);
    expect(await foldersAfter('migrate.filled')).toEqual(['kept__1-before-kept__2']);
    const otherText = [...flags, '--text-field', 'file', '--plan'];
    const plan = await run('kept', home, otherText);
    expect(plan).toMatchObject({ exitCode: 2 });
    expect(plan.stderr).toContain('kept__2 is of an unfinished migration of another request');
    expect(await run('kept', home, [...otherText, '--restart'])).toMatchObject({ exitCode: 0 });
    const payload = { page_content: 'written since then', file: 'new.md', page: 1 };
    const options = { query: { wait: 'true' }, body: { points: [3], payload } };
    await connection.request('PUT', '/collections/kept__1/points/payload', options);
    const { stdout, exitCode } = await run('kept', home, flags);
    expect(exitCode).toBe(0);
    const folder = join(root, 'kept__1-before-kept__2-2');
    expect(JSON.parse(stdout)).toMatchObject({ backups: [{ folder, collection: 'kept__1', points: points.length }] });
  });

  test('after the switch: the next run ends it; on another machine it says that late writes were not looked for (3)', async () => {
    await makeForeign(connection, { physical: 'switched__1', alias: 'switched', points });
    const home = temporaryHome();
    expect((await run('switched', home, [], 'migrate.switched')).exitCode).toBe(137);
    expect(await listCollections(connection)).toContainEqual({ physical: 'switched__2', aliases: ['switched'] });
    const { stdout, exitCode } = await run('switched', temporaryHome(), []);
    expect(exitCode).toBe(3);
    const head = { points: points.length, isSwitched: true, isReadBack: null, late: null };
    expect(JSON.parse(stdout)).toMatchObject({ ...head, counts: { made: 0 } });
  });
});
