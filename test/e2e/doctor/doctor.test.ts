/**
 * `qdx doctor` on installations that are well, and on those that are not.
 */
import { startStubServer } from '../../helpers/stub-server.ts';
import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { areas } from '../../../src/core/doctor/finding.ts';
import { ensureSystemCollection } from '../../../src/core/qdrant/collection/system-collection.ts';
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import { writeHolder } from '../../../src/core/qdrant/lock/holders.ts';
import { writeTransfer } from '../../../src/core/transfer/journal/transfer-journal.ts';
import { writeTransferMark } from '../../../src/core/transfer/journal/transfer-mark.ts';
import { connectTo } from '../../helpers/connection.ts';
import { startHubServer } from '../../helpers/hub-server.ts';
import { tinyRepository } from '../../helpers/onnx-model.ts';
import { startQdrant } from '../../helpers/qdrant.ts';
import { runQdx, type RunQdxOptions, temporaryHome } from '../../helpers/run-qdx.ts';

interface Finding {
  readonly area: string;
  readonly state: string;
  readonly message: string;
  readonly fix?: string;
}

async function examined(options: RunQdxOptions = {}) {
  const { stdout, stderr, exitCode } = await runQdx(['doctor', '--json'], options);
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  // Of the machine that the tests run on, not of what they made.
  const wrong = findings.filter(
    ({ state, area, message }) => state !== 'ok' && area !== 'disk' && area !== 'gpu' && !message.startsWith('Node '),
  );
  return { findings, wrong, exitCode, shown: stdout + stderr };
}

test('with no server, no settings and no models: all areas, nothing wrong, nothing started', async () => {
  const home = temporaryHome();
  const { findings, wrong, exitCode } = await examined({ home });
  expect([...new Set(findings.map(({ area }) => area))]).toEqual(areas);
  expect([wrong, exitCode]).toEqual([[], 0]);
  expect(findings.map(({ message }) => message).join('\n')).toMatch(
    /all-MiniLM-L6-v2 .* its files are those of its card/,
  );
  expect(readdirSync(home)).not.toContain('data');
});

test('broken settings, a server that is not there, traps in the environment: each with its fix, and no secret', async () => {
  const home = temporaryHome();
  const env = {
    QDRANT_API_KEY: 'canary-key',
    HTTPS_PROXY: 'http://user:canary-password@proxy:3128',
    HF_ENDPOINT: 'https://me:canary-token@mirror.example',
    NODE_OPTIONS: '--no-warnings',
  };
  const absent = await examined({ home, env: { ...env, QDRANT_URL: 'http://127.0.0.1:9' } });
  expect(absent.wrong).toMatchObject([
    { area: 'environment', state: 'warning', message: expect.stringContaining('HTTPS_PROXY is set') as unknown },
    { message: 'NODE_OPTIONS=--no-warnings applies to qdx and its workers too', fix: 'unset NODE_OPTIONS' },
    { message: expect.stringContaining('//…@mirror.example') as unknown, fix: 'unset HF_ENDPOINT' },
    { area: 'server', state: 'broken', fix: expect.stringContaining('correct QDRANT_URL') as unknown },
  ]);
  expect(absent.findings).toContainEqual({
    area: 'settings',
    state: 'ok',
    message: 'connection.apiKey = "set" (env: QDRANT_API_KEY)',
  });
  // A Qdrant cannot be brought to a clock of its own.
  const date = new Date(Date.now() - 60_000).toUTCString();
  const root = { title: 'qdrant - vector search engine', version: '1.16.3', result: { collections: [], aliases: [] } };
  const slow = await startStubServer({ headers: { date }, body: root });
  const behind = await examined({ home, env: { QDRANT_URL: slow.url } });
  await slow.close();
  expect(behind.findings).toContainEqual({
    area: 'server',
    state: 'warning',
    message: expect.stringMatching(/^the server's clock is (59|6\d) s behind$/),
    fix: expect.stringContaining('NTP') as unknown,
  });
  // What is no server's answer stops one check and not the others.
  expect(behind.wrong).toContainEqual({
    area: 'leftovers',
    state: 'broken',
    message: expect.stringContaining('in a way that qdx does not know: TypeError') as unknown,
    fix: 'report it: qdx doctor --verbose',
  });
  expect([behind.exitCode, behind.findings.at(-1)?.area]).toEqual([4, 'disk']);
  writeFileSync(join(home, 'work', 'qdx.config.json'), '{"uplaod":{}}');
  const config = await examined({ home, env });
  expect(config.wrong[0]).toMatchObject({ area: 'settings', state: 'broken', fix: 'did you mean upload?' });
  expect([absent.exitCode, config.exitCode]).toEqual([4, 4]);
  expect(absent.shown + config.shown).not.toContain('canary');
});

test('a local server that was killed, and its lock', async () => {
  const home = temporaryHome();
  const dataDir = join(home, 'data', 'qdx', 'qdrant');
  mkdirSync(dataDir, { recursive: true });
  const gone = { pid: 2 ** 22 - 1, hostname: hostname() };
  const state = {
    format: 1,
    phase: 'ready',
    ...gone,
    processStartedAt: 'x',
    url: 'http://127.0.0.1:9',
    apiKey: 'canary',
  };
  writeFileSync(
    join(dataDir, 'server.json'),
    JSON.stringify({ ...state, version: '1.16.3', binary: {}, startedAt: '' }),
  );
  writeFileSync(join(dataDir, 'server.lock'), JSON.stringify({ ...gone, startedAt: 'x' }));
  const { wrong, exitCode, shown } = await examined({ home });
  expect(wrong).toMatchObject([
    { area: 'local server', state: 'warning', fix: expect.stringContaining('qdx server start') as unknown },
    { message: expect.stringContaining('server.lock was left') as unknown },
  ]);
  expect([exitCode, shown.includes('canary')]).toEqual([0, false]);
});

describe('on a server', () => {
  test('staging, a transfer that did not end, and the lock of a run that died', async () => {
    const server = await startQdrant();
    const line = connectTo(server);
    const env = { QDRANT_URL: server.url };
    const owner = { ...lockOwner('qdx migrate'), pid: 2 ** 22 - 1 };
    const at = '2026-01-31T12:00:00.000Z';
    try {
      const well = await examined({ env });
      expect([well.wrong, well.exitCode]).toEqual([[], 0]);
      expect(well.findings.map(({ message }) => message)).toContain('its clock and the one of this machine agree');
      for (const name of ['old', 'old__1', 'new__1']) await line.request('PUT', `/collections/${name}`, { body: {} });
      for (const name of ['old', 'new'])
        await writeTransferMark(line, `${name}__1`, {
          version: 1,
          state: 'staging',
          command: 'migrate',
          name,
          origin: 'x',
          replaced: null,
          at,
        });
      await ensureSystemCollection(line);
      const record = {
        version: 1,
        command: 'migrate',
        name: 'docs',
        physical: 'docs__1',
        origin: 'x',
        source: 'old',
        from: null,
      } as const;
      await writeTransfer(line, {
        ...record,
        request: {},
        state: 'filling',
        ranges: null,
        points: 0,
        owner,
        startedAt: at,
        updatedAt: at,
      });
      await writeHolder(line, { target: 'docs', runId: 'r', token: 't', owner, renewedAtMs: Date.now() - 3_600_000 });
      const { wrong } = await examined({ env });
      expect(wrong.filter(({ area }) => area === 'leftovers')).toMatchObject([
        {
          message: expect.stringMatching(/^the writer lock of docs is qdx migrate/) as unknown,
          fix: expect.stringContaining('--break-lock') as unknown,
        },
        { message: expect.stringContaining('docs__1') as unknown, fix: 'run the same command again to go on' },
        {
          message:
            'new__1 is staging that migrate left, and is kept: new leads nowhere: this may be all that is left of it',
          fix: 'run the same command again to go on',
        },
        { message: 'old__1 is staging that migrate left', fix: 'qdx gc --confirm old__1' },
      ]);

      // What a run is at work on was not left behind: nobody is told to run it a second time.
      const alive = { runId: 'r', token: 't', owner: lockOwner('qdx migrate'), renewedAtMs: Date.now() };
      for (const target of ['docs', 'new']) await writeHolder(line, { ...alive, target });
      const working = await examined({ env });
      expect(working.wrong.filter(({ area }) => area === 'leftovers')).toMatchObject([
        { message: 'old__1 is staging that migrate left' },
      ]);
    } finally {
      await line.close();
      await server.stop();
    }
  });
});

test('a model whose file is not the one that was downloaded', async () => {
  const hub = await startHubServer({ 'test/tiny': { commit: '3'.repeat(40), files: tinyRepository() } });
  const home = temporaryHome();
  const env = { HF_ENDPOINT: hub.endpoint };
  try {
    const asked = await runQdx(['models', 'download', 'test/tiny'], { home, env });
    const hash = /--accept-hash ([0-9a-f]{64})/.exec(asked.stderr)?.[1] ?? '';
    await runQdx(['models', 'download', 'test/tiny', '--accept-hash', hash], { home, env });
  } finally {
    await hub.stop();
  }
  expect((await examined({ home })).wrong).toEqual([]);
  const models = join(home, 'cache', 'qdx', 'models');
  const [file] = readdirSync(models, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.onnx'));
  appendFileSync(join(models, file ?? ''), 'x');
  const { wrong, exitCode } = await examined({ home });
  expect(wrong).toMatchObject([{ area: 'models', state: 'broken', fix: 'qdx models download test/tiny' }]);
  expect(exitCode).toBe(4);
});
