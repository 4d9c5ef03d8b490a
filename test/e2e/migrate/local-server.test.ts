/**
 * Migrations on the local server, which has another port after each start: what was broken off before a stop goes on after it.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { closeAll } from '../../../src/core/qdrant/connection/registry.ts';
import { readState, serverPaths } from '../../../src/core/qdrant/server/server-state.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type QdxRun, runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { createSmall, linesOn, pointAliases } from './support.ts';

const points = 1500;
const typed = [
  'migrate',
  'doc',
  '--quantization',
  'binary',
  '--yes',
  '--no-wait',
  '--batch-size',
  '64',
  '--break-lock',
];
let home: string;
let firstUrl: string;

beforeEach(async () => {
  home = temporaryHome();
  const here = await startHere();
  firstUrl = here.url;
  await createSmall(here, 'doc__4', points);
  await pointAliases(here, ['doc'], 'doc__4');
});

afterEach(async () => {
  await closeAll();
  await run('server', 'stop');
});

const run = async (...args: readonly string[]): Promise<QdxRun> => runQdx(args, { home });

async function startHere(): Promise<Connection> {
  expect(await run('server', 'start')).toMatchObject({ exitCode: 0 });
  return connectHere();
}

function connectHere(): Connection {
  const state = readState(serverPaths(join(home, 'data', 'qdx', 'qdrant')).state);
  if (!state) throw new Error('the local server left no state');
  return connectTo(state);
}

async function killAt(step: string, args: readonly string[] = typed): Promise<void> {
  const env = { QDX_HOLD_AT_STEP: step };
  expect(await runQdx(args, { home, env, killSignal: 'SIGKILL', killWhen: /held at/ })).toMatchObject({
    exitCode: 137,
  });
}

async function restart(): Promise<Connection> {
  expect(await run('server', 'stop')).toMatchObject({ exitCode: 0 });
  const here = await startHere();
  expect(here.url).not.toBe(firstUrl);
  return here;
}

const leadsTo = async (here: Connection): Promise<string | undefined> =>
  (await listCollections(here)).find(({ aliases }) => aliases.includes('doc'))?.physical;

test('a migration and a backup killed, and the server stopped: the same commands go on with what is there', async () => {
  const backup = ['backup', 'doc__4', '--to', join(home, 'backup')];
  await killAt('backup.begun', backup);
  await killAt('migrate.proven');
  const here = await restart();
  const { stdout, stderr, exitCode } = await run(...typed, '--json');
  expect({ stderr, exitCode }).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ points, pointsKept: points, target: { collection: 'doc__5' } });
  expect(await leadsTo(here)).toBe('doc__5');
  const resumed = await run(...backup, '--json');
  expect(resumed).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(resumed.stdout)).toMatchObject({ resumed: true });
});

test('killed after the switch, written to the old one, and the server stopped: the late write is carried over', async () => {
  await killAt('migrate.switched');
  const before = connectHere();
  const late = { points: [{ id: 7, vector: [7, 1], payload: { version: 'late' } }] };
  await before.request('PUT', '/collections/doc__4/points', { query: { wait: true }, body: late });
  const here = await restart();
  const { stdout, stderr, exitCode } = await run(...typed, '--json');
  expect({ stderr, exitCode }).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(stdout)).toMatchObject({ late: { carried: { changed: 1 } }, target: { collection: 'doc__5' } });
  expect(await linesOn(here, 'doc__5')).toEqual(await linesOn(here, 'doc__4'));
});

test('killed after the switch, and its scans lost: what is to be compared is named, with the command', async () => {
  await killAt('migrate.switched');
  const elsewhere = { home, env: { XDG_CACHE_HOME: join(home, 'another-cache') } };
  const { stderr, exitCode } = await runQdx(typed, elsewhere);
  expect(exitCode).toBe(3);
  expect(stderr).toContain('to find them: qdx verify doc__5 --against doc__4');
});
