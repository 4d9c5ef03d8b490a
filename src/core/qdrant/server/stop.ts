/**
 * Stops the local server of a data folder.
 */
import { withLockFile } from '../../../lib/lock-file.ts';
import { processInfo, sendSignal, waitForEnd } from '../../../lib/processes.ts';
import { findRunningServer } from './find-running.ts';
import { readState, removeState, serverPaths, startLockWaitMs } from './server-state.ts';

export interface StoppedServer {
  readonly dataDir: string;
  /** False where none ran. */
  readonly stopped: boolean;
  /** True where it did not end within the patience and was killed; its write-ahead log keeps what was confirmed. */
  readonly killed: boolean;
}

/**
 * Ends the server of a data folder and waits until it is gone. With open connections Qdrant takes about four seconds;
 * with much to write, more. Who connects meanwhile waits, and starts another one.
 */
export async function stopLocalServer(dataDir: string, patienceMs = 30_000): Promise<StoppedServer> {
  const paths = serverPaths(dataDir);
  const nothing = { dataDir, stopped: false, killed: false };
  // Where no server ever was, there may be no folder for a lock either.
  if (!readState(paths.state)) return nothing;
  const lock = { waitMs: startLockWaitMs, label: `the start of the server in ${dataDir}` };
  return withLockFile(paths.lock, lock, async () => {
    const running = await findRunningServer(dataDir);
    // First of all, so that nobody takes the one that is ending for one that runs.
    await removeState(paths.state);
    if (!running) return nothing;
    const how = await endProcess(running.pid, patienceMs);
    return { dataDir, stopped: true, killed: how === 'killed' };
  });
}

/** SIGTERM, and SIGKILL when the patience is over. */
export async function endProcess(pid: number, patienceMs: number): Promise<'stopped' | 'killed'> {
  const startedAt = (await processInfo(pid))?.startedAt;
  if (startedAt === undefined || !sendSignal(pid, 'SIGTERM')) return 'stopped';
  if (await waitForEnd(pid, startedAt, patienceMs)) return 'stopped';
  sendSignal(pid, 'SIGKILL');
  await waitForEnd(pid, startedAt, 5_000);
  return 'killed';
}
