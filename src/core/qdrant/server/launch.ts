/**
 * Launches one Qdrant process and waits until it answers.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { QdxError } from '../../../lib/errors.ts';
import { createHttpTransport } from '../../../lib/http.ts';
import { processInfo } from '../../../lib/processes.ts';
import type { ServerPaths } from './server-state.ts';

export interface Launched {
  readonly pid: number;
  readonly processStartedAt: string;
  readonly url: string;
  readonly apiKey: string;
  /** How the process has ended; undefined while it runs. */
  readonly howEnded: () => string | undefined;
}

/** Starts a process that outlives this one; it has not answered yet. @throws QdxError `failed` where it cannot start. */
export async function launch(binaryPath: string, paths: ServerPaths, port: number): Promise<Launched> {
  const apiKey = randomBytes(32).toString('base64url');
  await writeConfig(paths, port, apiKey);
  await rename(paths.log, paths.oldLog).catch(() => {});
  const log = openSync(paths.log, 'a', 0o600);
  const child = spawn(binaryPath, ['--config-path', paths.config], {
    cwd: paths.dataDir,
    // Nothing of the user's environment: QDRANT__* would override the configuration, and secrets have no business there.
    env: {},
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  let how: string | undefined;
  child.once('exit', (code, signal) => (how = code === null ? `signal ${signal}` : `exit code ${code}`));
  child.unref();
  if (child.pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    throw new QdxError('failed', `${binaryPath} cannot be started: ${error.message}`, {
      hint: 'name a Qdrant binary for this machine with --qdrant-bin',
    });
  }
  const processStartedAt = (await processInfo(child.pid))?.startedAt ?? '';
  return { pid: child.pid, processStartedAt, url: `http://127.0.0.1:${port}`, apiKey, howEnded: () => how };
}

/** In a file of the user alone, so that the key is neither in the arguments nor in the environment. JSON is YAML. */
async function writeConfig(paths: ServerPaths, port: number, apiKey: string): Promise<void> {
  const config = {
    log_level: 'WARN',
    telemetry_disabled: true,
    service: {
      host: '127.0.0.1',
      http_port: port,
      grpc_port: null,
      api_key: apiKey,
      enable_cors: false,
      enable_static_content: false,
      // Known to newer servers; 1.16 ignores it.
      enable_snapshot_url_recovery: false,
    },
    storage: { storage_path: paths.storage, snapshots_path: paths.snapshots },
    cluster: { enabled: false },
  };
  await writeFile(paths.config, JSON.stringify(config, null, 2), { mode: 0o600 });
}

export type Readiness = { readonly state: 'ready' | 'slow' } | { readonly state: 'ended'; readonly how: string };

export interface WaitOptions {
  readonly url: string;
  /** How the process has ended; undefined while it runs. */
  readonly howEnded: () => Promise<string | undefined>;
  readonly limitMs: number;
  readonly signal?: AbortSignal;
}

/** Waits for the first good answer, the end of the process, or the end of patience. */
export async function waitUntilReady({ url, howEnded, limitMs, signal }: WaitOptions): Promise<Readiness> {
  const transport = createHttpTransport({ maxSockets: 1 });
  const deadline = performance.now() + limitMs;
  try {
    for (let pauseMs = 5; performance.now() < deadline; pauseMs = Math.min(100, pauseMs * 1.5)) {
      signal?.throwIfAborted();
      // In this order: the port of a process that has ended may be answered by somebody else.
      const isUp = await isReady(transport, url);
      const how = await howEnded();
      if (how !== undefined) return { state: 'ended', how };
      if (isUp) return { state: 'ready' };
      await sleep(pauseMs);
    }
    return { state: 'slow' };
  } finally {
    transport.close();
  }
}

/** `/readyz` needs no key and is refused until every collection is loaded. */
async function isReady(transport: ReturnType<typeof createHttpTransport>, url: string): Promise<boolean> {
  try {
    const answer = await transport.send({ method: 'GET', url: new URL(`${url}/readyz`), timeoutMs: 1_000 });
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** True where a server at this URL answers now. */
export async function answersNow(url: string): Promise<boolean> {
  const transport = createHttpTransport({ maxSockets: 1 });
  try {
    return await isReady(transport, url);
  } finally {
    transport.close();
  }
}

/** A port of the loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

/** The last lines of a log, without the banner; empty where there is none. */
export async function logTail(path: string, lines = 5): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^[\s_|/\\.,'`-]+$|Config file not found|Access web UI/.test(line))
    .slice(-lines)
    .join('\n');
}
