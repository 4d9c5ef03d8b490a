/**
 * `qdx server start|stop|status` as typed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

let home: string;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(async () => void (await runQdx(['server', 'stop'], { home })));

const dataDir = () => join(home, 'data', 'qdx', 'qdrant');
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

test('start, status, start again, stop, status', async () => {
  const started = await runQdx(['server', 'start'], { home });
  expect(started).toMatchObject({ exitCode: 0, stderr: '' });
  const [, url, pid] =
    /^Started Qdrant 1\.16\.3 at (http:\/\/127\.0\.0\.1:\d+) \(process (\d+)\)\n/.exec(started.stdout) ?? [];
  expect(started.stdout).toBe(
    `Started Qdrant 1.16.3 at ${url} (process ${pid})\ndata in ${dataDir()}\nstop it with: qdx server stop\n`,
  );

  const status = await runQdx(['server', 'status'], { home });
  expect(status).toMatchObject({ exitCode: 0, stderr: '' });
  for (const text of [
    `url      ${url}`,
    `process  ${pid}, since`,
    `data     ${dataDir()}`,
    "not compared with Qdrant's own release",
  ])
    expect(status.stdout).toContain(text);

  const again = await runQdx(['server', 'start', '--json'], { home });
  expect(json(again.stdout)).toEqual({
    schemaVersion: 1,
    url,
    pid: Number(pid),
    version: '1.16.3',
    dataDir: dataDir(),
    started: false,
  });

  const stopped = await runQdx(['server', 'stop'], { home });
  expect(stopped).toMatchObject({
    exitCode: 0,
    stdout: `Stopped the local Qdrant on ${dataDir()}; its data stays\n`,
    stderr: '',
  });
  const after = await runQdx(['server', 'status', '--json'], { home });
  expect(json(after.stdout)).toMatchObject({ schemaVersion: 1, running: false, ready: false, url: null, pid: null });
});

test('status and stop where nothing runs: done, and nothing is made', async () => {
  const status = await runQdx(['server', 'status'], { home });
  expect(status).toMatchObject({
    exitCode: 0,
    stdout: `No local Qdrant runs on ${dataDir()}\nstart it with: qdx server start\n`,
  });
  const stop = await runQdx(['server', 'stop', '--json'], { home });
  expect(json(stop.stdout)).toEqual({ schemaVersion: 1, dataDir: dataDir(), stopped: false, killed: false });
  expect(existsSync(dataDir())).toBe(false);
  const elsewhere = await runQdx(['server', 'status', '--data-dir', 'my data'], { home });
  expect(elsewhere.stdout).toContain(`start it with: qdx server start --data-dir '${join(home, 'work', 'my data')}'\n`);
});

test('--data-dir: another server, relative to where one stands', async () => {
  const folder = join(home, 'work', 'q');
  const { stdout } = await runQdx(['server', 'start', '--data-dir', 'q', '--json'], { home });
  expect(json(stdout)).toMatchObject({ dataDir: folder, started: true });
  const again = await runQdx(['server', 'start', '--data-dir', 'q'], { home });
  expect(again.stdout).toContain(`stop it with: qdx server stop --data-dir ${folder}\n`);
  expect(json((await runQdx(['server', 'stop', '--data-dir', folder, '--json'], { home })).stdout)).toMatchObject({
    stopped: true,
  });
});

test('the key is in no output', async () => {
  const runs = [
    await runQdx(['server', 'start', '--verbose'], { home }),
    await runQdx(['server', 'status', '--json'], { home }),
  ];
  const { apiKey } = json(readFileSync(join(dataDir(), 'server.json'), 'utf8')) as { apiKey: string };
  for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain(apiKey);
});

test('a URL is set: it starts, and warns that commands will not use it', async () => {
  const { exitCode, stderr } = await runQdx(['server', 'start'], { home, env: { QDRANT_URL: 'http://127.0.0.1:1' } });
  expect(exitCode).toBe(0);
  expect(stderr).toBe('warning: commands will not use the local server while the URL http://127.0.0.1:1 is set\n');
});

test('another binary than the one that runs: a warning', async () => {
  await runQdx(['server', 'start'], { home });
  const { exitCode, stderr } = await runQdx(['server', 'start', '--qdrant-bin', '/opt/qdrant'], { home });
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^warning: the local server runs .*, not \/opt\/qdrant; stop it first: qdx server stop\n$/);
});

test('a binary that is not there: 2, one sentence and what to do', async () => {
  const { exitCode, stdout, stderr } = await runQdx(['server', 'start'], {
    home,
    env: { QDX_QDRANT_BIN: '/nowhere/qdrant' },
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toBe(
    'error: /nowhere/qdrant is not a program that can be started\n' +
      'name the Qdrant binary with --qdrant-bin or QDX_QDRANT_BIN, and make it executable (chmod +x)\n',
  );
});

test('a data folder that is a file: 2, one sentence and what to do', async () => {
  const file = join(home, 'file');
  writeFileSync(file, '');
  const { exitCode, stdout, stderr } = await runQdx(['server', 'start', '--data-dir', file], { home });
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 2,
    stdout: '',
    stderr:
      `error: the local server cannot keep its data in ${file}: it is a file\n` +
      'name a folder that you can write to with --data-dir\n',
  });
});

test('storage of a newer Qdrant: 8', async () => {
  await runQdx(['server', 'start'], { home });
  await runQdx(['server', 'stop'], { home });
  writeFileSync(join(dataDir(), 'qdrant-version'), '1.99.0\n');
  const { exitCode, stderr } = await runQdx(['server', 'start'], { home });
  expect(exitCode).toBe(8);
  expect(stderr).toContain(`error: the data in ${dataDir()} was opened by Qdrant 1.99.0; this one is 1.16.3\n`);
});
