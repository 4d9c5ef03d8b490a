/**
 * F46: what can go wrong around a local server.
 */
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startLocalServer, stopLocalServer } from '../../../src/core/qdrant/local-server.ts';
import { isAlive, useLocalFolders } from '../../helpers/local-server.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { freePorts } from '../../helpers/ports.ts';

const local = useLocalFolders();

describe('F46', () => {
  let taken: Server | undefined;
  afterEach(() => taken?.close());

  test('port taken: another port', async () => {
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const ports = [port, port, (await freePorts(1))[0]!];
    const pickPort = async () => ports.shift() ?? 0;
    expect(await startLocalServer(local.input({ pickPort }))).toMatchObject({
      started: true,
      url: expect.not.stringContaining(`:${port}`),
    });
  });

  test('a dead process: cleaned away, and a new one started', async () => {
    const first = await startLocalServer(local.input());
    await local.kill(first.pid);
    expect(await startLocalServer(local.input())).toMatchObject({
      started: true,
      pid: expect.not.toSatisfy((pid: number) => pid === first.pid),
    });
  });

  test('a process id that was given out again: not taken for the server', async () => {
    const first = await startLocalServer(local.input());
    await local.kill(first.pid);
    const file = join(local.dataDir, 'server.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(`"pid": ${first.pid}`, `"pid": ${process.pid}`));
    expect(await local.status()).toMatchObject({ running: false });
    expect(await startLocalServer(local.input())).toMatchObject({ started: true });
    expect(await stopLocalServer(local.dataDir)).toMatchObject({ stopped: true });
  });

  test('a lock whose holder died: taken over', async () => {
    mkdirSync(local.dataDir, { recursive: true });
    writeFileSync(
      join(local.dataDir, 'server.lock'),
      JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1', hostname: hostname() }),
    );
    expect(await startLocalServer(local.input())).toMatchObject({ started: true });
    expect(existsSync(join(local.dataDir, 'server.lock'))).toBe(false);
  });

  test('a start that was interrupted before its state was written: its process is ended first', async () => {
    const first = await startLocalServer(local.input());
    rmSync(join(local.dataDir, 'server.json'));
    expect(await startLocalServer(local.input())).toMatchObject({ started: true });
    await expect.poll(() => isAlive(first.pid)).toBe(false);
  });

  test('a start that was interrupted after its state was written: the server is adopted', async () => {
    const first = await startLocalServer(local.input());
    const file = join(local.dataDir, 'server.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"phase": "ready"', '"phase": "starting"'));
    expect(await startLocalServer(local.input())).toEqual({ ...first, started: false });
  });

  test('storage of a newer Qdrant: refused, and nothing started', async () => {
    await startLocalServer(local.input());
    await stopLocalServer(local.dataDir);
    writeFileSync(join(local.dataDir, 'qdrant-version'), '1.18.2\n');
    await expect(startLocalServer(local.input())).rejects.toMatchObject({
      kind: 'refused',
      message: `the data in ${local.dataDir} was opened by Qdrant 1.18.2; this one is 1.16.3`,
      hint: expect.stringContaining('Qdrant 1.18 or later'),
    });
    expect(await local.status()).toMatchObject({ running: false });
  });

  test('a Qdrant that does not come up: three tries, then the end of its log', async () => {
    mkdirSync(join(local.dataDir, 'storage'), { recursive: true });
    writeFileSync(join(local.dataDir, 'storage', 'raft_state.json'), 'not JSON');
    let tries = 0;
    const pickPort = async () => (tries++, (await freePorts(1))[0]!);
    await expect(startLocalServer(local.input({ pickPort }))).rejects.toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(
        /ended 3 times before it was ready \((exit code|signal) .*\); the end of its log:\n/,
      ),
      hint: `its log: ${join(local.dataDir, 'qdrant.log')}`,
    });
    expect(tries).toBe(3);
    expect(await local.status()).toMatchObject({ running: false });
  });

  test('crash loop: after three deaths it is left alone until a person starts it', async () => {
    for (let death = 0; death < 3; death++) await local.kill((await startLocalServer(local.input())).pid);
    const refusal = (command: string) => ({
      kind: 'refused',
      message: expect.stringContaining('died 3 times within 10 minutes') as string,
      hint: expect.stringMatching(new RegExp(`: ${command}$`, 'u')) as string,
    });
    await expect(startLocalServer(local.input())).rejects.toMatchObject(refusal('qdx server start'));
    const named = local.input({ dataFolder: temporaryFolder('user') });
    await expect(startLocalServer(named)).rejects.toMatchObject(
      refusal(`qdx server start --data-dir ${local.dataDir}`),
    );
    expect(await startLocalServer(local.input({ forgetCrashes: true }))).toMatchObject({ started: true });
  });

  test('a stopped server counts as no crash', async () => {
    for (let round = 0; round < 4; round++) {
      await startLocalServer(local.input());
      await stopLocalServer(local.dataDir);
    }
    expect(await startLocalServer(local.input())).toMatchObject({ started: true });
  });

  test('a data folder that a server on another machine uses: locked', async () => {
    await startLocalServer(local.input());
    const file = join(local.dataDir, 'server.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/"hostname": "[^"]*"/, '"hostname": "elsewhere"'));
    await expect(startLocalServer(local.input())).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringContaining('on elsewhere'),
    });
    writeFileSync(file, text);
  });
});
