/**
 * The local server: one for each data folder, started once, reused, stopped cleanly.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startLocalServer, stopLocalServer } from '../../../src/core/qdrant/local-server.ts';
import { listeningSockets, useLocalFolders } from '../../helpers/local-server.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const local = useLocalFolders();

describe('start', () => {
  test('starts one, finds it the next time, and it outlives its starter', async () => {
    const first = await startLocalServer(local.input());
    expect(first).toMatchObject({ started: true, version: '1.16.3', dataDir: local.dataDir });
    const second = await startLocalServer(local.input());
    expect(second).toEqual({ ...first, started: false });
    expect(await local.status()).toMatchObject({
      running: true,
      ready: true,
      pid: first.pid,
      url: first.url,
    });
  });

  test('one port, on the loopback only (no gRPC), with a key, which is neither in the arguments nor in the environment', async () => {
    const { url, apiKey, pid } = await startLocalServer(
      local.input({ environment: { QDRANT__SERVICE__HOST: '0.0.0.0' } }),
    );
    expect((await fetch(`${url}/collections`)).status).toBe(401);
    expect((await fetch(`${url}/collections`, { headers: { 'api-key': apiKey } })).status).toBe(200);
    expect(apiKey.length).toBeGreaterThanOrEqual(40);
    for (const file of ['cmdline', 'environ'])
      expect(readFileSync(`/proc/${pid}/${file}`, 'utf8')).not.toContain(apiKey);
    for (const file of ['server.json', 'server.yaml'])
      expect(statSync(join(local.dataDir, file)).mode & 0o777).toBe(0o600);
    expect(statSync(local.dataDir).mode & 0o777).toBe(0o700);
    expect(listeningSockets(pid)).toEqual([expect.stringMatching(/^0100007F:/)]);
  });

  test('telemetry is off and stored points survive stop and start', async () => {
    const { url, apiKey } = await startLocalServer(local.input());
    const headers = { 'api-key': apiKey, 'content-type': 'application/json' };
    await fetch(`${url}/collections/kept`, {
      method: 'PUT',
      headers,
      body: '{"vectors":{"size":4,"distance":"Cosine"}}',
    });
    expect(readFileSync(join(local.dataDir, 'server.yaml'), 'utf8')).toContain('"telemetry_disabled": true');
    await stopLocalServer(local.dataDir);
    const again = await startLocalServer(local.input());
    expect(again.apiKey).not.toBe(apiKey);
    const answer = await fetch(`${again.url}/collections`, { headers: { 'api-key': again.apiKey } });
    expect(await answer.json()).toMatchObject({ result: { collections: [{ name: 'kept' }] } });
  });

  test('two data folders: two servers', async () => {
    const other = temporaryFolder('other');
    const [one, two] = await Promise.all([
      startLocalServer(local.input()),
      startLocalServer(local.input({ dataDir: other })),
    ]);
    expect(one.pid).not.toBe(two.pid);
    expect(one.url).not.toBe(two.url);
    await stopLocalServer(other);
    expect(await local.status()).toMatchObject({ running: true, ready: true });
  });

  test('eight at once, in processes of their own: one server', async () => {
    const script = new URL('../../helpers/start-local-server.js', import.meta.url).pathname;
    const runs = Array.from({ length: 8 }, () => spawn(process.execPath, [script, local.dataDir, local.dataFolder]));
    const pids = await Promise.all(runs.map(readPid));
    expect(new Set(pids).size).toBe(1);
    expect(pids[0]).toBeGreaterThan(0);
  }, 60_000);
});

describe('stop', () => {
  test('ends it with its data whole, and says whether there was one', async () => {
    const { pid } = await startLocalServer(local.input());
    expect(await stopLocalServer(local.dataDir)).toEqual({ dataDir: local.dataDir, stopped: true, killed: false });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await stopLocalServer(local.dataDir)).toEqual({ dataDir: local.dataDir, stopped: false, killed: false });
    expect(existsSync(join(local.dataDir, 'server.json'))).toBe(false);
  });
  test('who asks for the server while it ends gets another one', async () => {
    const first = await startLocalServer(local.input());
    await fetch(first.url); // an open connection makes the end take seconds
    const stopping = stopLocalServer(local.dataDir);
    await expect.poll(() => existsSync(join(local.dataDir, 'server.json'))).toBe(false);
    const second = await startLocalServer(local.input());
    expect(second).toMatchObject({ started: true });
    expect(second.pid).not.toBe(first.pid);
    expect(await stopping).toMatchObject({ stopped: true, killed: false });
  });
  test('one that does not end by itself is killed when the patience is over', async () => {
    const { pid } = await startLocalServer(local.input());
    process.kill(pid, 'SIGSTOP');
    expect(await stopLocalServer(local.dataDir, 200)).toEqual({ dataDir: local.dataDir, stopped: true, killed: true });
  });
});

async function readPid(run: ChildProcess): Promise<number> {
  let text = '';
  run.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  run.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(run, 'close');
  expect(text).toMatch(/^\d+\n$/);
  return Number(text);
}
