/**
 * Stops the local server of a data folder.
 */
import { processInfo, sendSignal, waitForEnd } from '../../../lib/process-info.ts';
import { findRunningServer } from './find-running.ts';
import { removeState, serverPaths } from './server-state.ts';

export interface StoppedServer {
  readonly dataDir: string;
  /** False where none ran. */
  readonly stopped: boolean;
  /** True where it did not end within the patience and was killed; its write-ahead log keeps what was confirmed. */
  readonly killed: boolean;
}

/** With open connections Qdrant takes about four seconds to end; with a flush to write, more. */
export async function stopLocalServer(dataDir: string, patienceMs = 30_000): Promise<StoppedServer> {
  const paths = serverPaths(dataDir);
  const running = await findRunningServer(dataDir);
  if (!running) {
    await removeState(paths.state);
    return { dataDir, stopped: false, killed: false };
  }
  const how = await endProcess(running.pid, patienceMs);
  await removeState(paths.state);
  return { dataDir, stopped: true, killed: how === 'killed' };
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
