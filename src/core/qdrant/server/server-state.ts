/**
 * What is known of the local server of one data folder: its files, and the state file that says where it runs.
 */
import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Longest wait for another process that starts or stops the server of a folder: as long as a start may take. */
export const startLockWaitMs = 130_000;

/** Kept with mode 0600, since it holds the key. */
export interface ServerState {
  readonly format: 1;
  /** `starting` from the moment the process exists until it has answered once. */
  readonly phase: 'starting' | 'ready';
  readonly pid: number;
  /** See ProcessInfo of lib/processes.ts: tells the process from a later one with the same id. */
  readonly processStartedAt: string;
  readonly hostname: string;
  readonly url: string;
  readonly apiKey: string;
  readonly version: string;
  readonly binary: { readonly path: string; readonly source: BinarySource };
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  /** When servers of this folder ended without being stopped, of late; ISO 8601 UTC. */
  readonly crashes: readonly string[];
}

/** Who named the binary: a flag, variable or setting; the npm package for this platform; the search path. */
export type BinarySource = 'setting' | 'package' | 'path';

export interface ServerPaths {
  readonly dataDir: string;
  readonly state: string;
  readonly lock: string;
  readonly config: string;
  readonly log: string;
  /** The log of the run before. */
  readonly oldLog: string;
  /** What journals know the server by (server-id.ts). */
  readonly id: string;
  /** The newest Qdrant that has opened this storage. */
  readonly version: string;
  readonly storage: string;
  readonly snapshots: string;
}

export function serverPaths(dataDir: string): ServerPaths {
  return {
    dataDir,
    state: join(dataDir, 'server.json'),
    lock: join(dataDir, 'server.lock'),
    config: join(dataDir, 'server.yaml'),
    log: join(dataDir, 'qdrant.log'),
    oldLog: join(dataDir, 'qdrant.log.1'),
    id: join(dataDir, 'server-id'),
    version: join(dataDir, 'qdrant-version'),
    storage: join(dataDir, 'storage'),
    snapshots: join(dataDir, 'snapshots'),
  };
}

/** Undefined where there is none, or none that this qdx can read. */
export function readState(path: string): ServerState | undefined {
  try {
    const state = JSON.parse(readFileSync(path, 'utf8')) as ServerState;
    return state.format === 1 && typeof state.pid === 'number' && typeof state.url === 'string' ? state : undefined;
  } catch {
    return undefined;
  }
}

export async function writeState(path: string, state: ServerState): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, JSON.stringify(state, null, 2), { mode: 0o600 });
  await rename(temporary, path);
}

export const removeState = async (path: string): Promise<void> => rm(path, { force: true });
