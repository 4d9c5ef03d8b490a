/**
 * A user's data folder for each test, whose local server is stopped after it; and looks into its process.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { localServerStatus, type StartInput, stopLocalServer } from '../../src/core/qdrant/local-server.ts';
import { closeAll } from '../../src/core/qdrant/connection/registry.ts';
import { temporaryFolder } from './temporary.ts';

export interface LocalFolders {
  /** The user's data folder, and the one of the server in it. */
  readonly dataFolder: string;
  readonly dataDir: string;
  input(more?: Partial<StartInput>): StartInput;
  status(): ReturnType<typeof localServerStatus>;
  /** SIGKILLs the server and waits until it counts as gone. */
  kill(pid: number): Promise<void>;
}

/** To be called once at the top of a test file. */
export function useLocalFolders(): LocalFolders {
  let dataFolder = '';
  const dataDir = () => join(dataFolder, 'qdrant');
  const status = async () => localServerStatus(dataDir(), dataFolder);
  beforeEach(() => {
    dataFolder = temporaryFolder('user');
  });
  afterEach(async () => {
    await closeAll();
    await stopLocalServer(dataDir());
  });
  return {
    get dataFolder() {
      return dataFolder;
    },
    get dataDir() {
      return dataDir();
    },
    input: (more = {}) => ({ dataDir: dataDir(), dataFolder, environment: {}, ...more }),
    status,
    kill: async (pid) => {
      process.kill(pid, 'SIGKILL');
      await expect.poll(async () => (await status()).running).toBe(false);
    },
  };
}

export function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** Addresses of the TCP sockets that a process listens on, as /proc writes them: `0100007F:1F90`. */
export function listeningSockets(pid: number): string[] {
  const inodes = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => linkTarget(`/proc/${pid}/fd/${fd}`)));
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && inodes.has(`socket:[${fields[9]}]`))
    .map((fields) => fields[1] ?? '');
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
