/**
 * Starts the local server of a data folder, or finds it running.
 */
import { constants } from 'node:fs';
import { makeFolders } from '../../../lib/make-folder.ts';
import { access } from 'node:fs/promises';
import { hostname } from 'node:os';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { writeErrorReason } from '../../../lib/file-bytes.ts';
import { withLockFile } from '../../../lib/lock-file.ts';
import { processesWith } from '../../../lib/processes.ts';
import { type BinaryInput, findBinary, type FoundBinary } from './binary.ts';
import { crashLoop, doesNotStart, mostAttempts, recentCrashes } from './crashes.ts';
import { findRunningServer, otherBinaryWarning } from './find-running.ts';
import { freePort, launch, type Launched, waitUntilReady } from './launch.ts';
import {
  removeState,
  type ServerPaths,
  serverPaths,
  type ServerState,
  startLockWaitMs,
  writeState,
} from './server-state.ts';
import { endProcess } from './stop.ts';
import { assertStorageIsNotNewer, noteStorageVersion } from './storage-version.ts';

export interface StartInput extends RunOptions, BinaryInput {
  /** Absolute. */
  readonly dataDir: string;
  /** `qdx server start`: a person has looked at it, so earlier crashes do not count. */
  readonly forgetCrashes?: boolean;
  /** For tests: which ports to try. */
  readonly pickPort?: () => Promise<number>;
  /** Longest wait until it answers; a large log to replay takes a second for each 20,000 points. */
  readonly readyWithinMs?: number;
}

export interface StartedServer {
  readonly url: string;
  readonly apiKey: string;
  readonly version: string;
  readonly pid: number;
  readonly dataDir: string;
  /** False where it ran already. */
  readonly started: boolean;
}

const defaultReadyWithinMs = 120_000;

/**
 * Starts the server of a data folder, or finds it running. Two callers at once end up with one server.
 * @throws QdxError: `notFound` no binary, `verification` wrong binary, `refused` storage of a newer Qdrant or a crash
 * loop, `locked` someone else is starting it for too long, `failed` it does not start, `temporary` it is still loading.
 */
export async function startLocalServer(input: StartInput): Promise<StartedServer> {
  const paths = serverPaths(input.dataDir);
  await makeDataFolder(input.dataDir);
  const lock = { waitMs: startLockWaitMs, label: `the start of the server in ${input.dataDir}` };
  return withLockFile(paths.lock, { ...lock, ...(input.signal && { signal: input.signal }) }, async () => {
    const running = await findRunningServer(input.dataDir);
    const warning = running && otherBinaryWarning(running, input);
    if (warning) input.onEvent?.({ type: 'warning', message: warning });
    if (running?.phase === 'ready') return summaryOf(running, paths, false);
    if (running) return summaryOf(await adopt(running, paths, input), paths, false);
    return summaryOf(await startFresh(paths, input), paths, true);
  });
}

/** @throws QdxError `usage` where there can be no folder, or none that this user can write to. */
async function makeDataFolder(dataDir: string): Promise<void> {
  try {
    makeFolders(dataDir, 0o700);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new QdxError('usage', `the local server cannot keep its data in ${dataDir}: ${writeErrorReason(error)}`, {
      hint: 'name a folder that you can write to with --data-dir',
      cause: error,
    });
  }
}

const summaryOf = (state: ServerState, { dataDir }: ServerPaths, started: boolean): StartedServer => ({
  url: state.url,
  apiKey: state.apiKey,
  version: state.version,
  pid: state.pid,
  dataDir,
  started,
});

async function startFresh(paths: ServerPaths, input: StartInput): Promise<ServerState> {
  const crashes = input.forgetCrashes ? [] : await recentCrashes(paths);
  if (crashes.length >= mostAttempts) throw await crashLoop(paths, crashes.length, input.dataFolder);
  const binary = await findBinary(input);
  await assertStorageIsNotNewer(paths, binary.version);
  await endOrphans(paths);
  let lastEnd = '';
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const launched = await launch(binary.path, paths, await (input.pickPort ?? freePort)());
    const state = startingState(launched, binary, crashes);
    await writeState(paths.state, state);
    try {
      return await finishStart(state, async () => launched.howEnded(), paths, input);
    } catch (error) {
      if (!(error instanceof EndedAtStart)) throw error;
      lastEnd = error.message;
      await removeState(paths.state);
    }
  }
  throw await doesNotStart(binary, paths, lastEnd);
}

/** The process is gone before it answered; perhaps its port was taken, so another start is worth it. */
class EndedAtStart extends Error {}

/** Another process started it and was interrupted before it had answered. */
async function adopt(state: ServerState, paths: ServerPaths, input: StartInput): Promise<ServerState> {
  const howEnded = async () => ((await findRunningServer(input.dataDir)) ? undefined : 'it was gone');
  try {
    return await finishStart(state, howEnded, paths, input);
  } catch (error) {
    if (!(error instanceof EndedAtStart)) throw error;
    return startFresh(paths, input);
  }
}

/** Waits for the first answer and notes it. @throws EndedAtStart, or QdxError `temporary` when it is still loading. */
async function finishStart(
  state: ServerState,
  howEnded: () => Promise<string | undefined>,
  paths: ServerPaths,
  input: StartInput,
): Promise<ServerState> {
  const limitMs = input.readyWithinMs ?? defaultReadyWithinMs;
  const { url } = state;
  const readiness = await waitUntilReady({ url, howEnded, limitMs, ...(input.signal && { signal: input.signal }) });
  if (readiness.state === 'ended') throw new EndedAtStart(readiness.how);
  if (readiness.state === 'slow')
    throw new QdxError('temporary', `the local Qdrant in ${paths.dataDir} is still loading after ${limitMs / 1000} s`, {
      hint: `it goes on; run the same command again; its log: ${paths.log}`,
    });
  await noteStorageVersion(paths, state.version);
  const ready = { ...state, phase: 'ready' } as const;
  await writeState(paths.state, ready);
  return ready;
}

function startingState(launched: Launched, binary: FoundBinary, crashes: readonly string[]): ServerState {
  const { pid, processStartedAt, url, apiKey } = launched;
  return {
    format: 1,
    phase: 'starting',
    pid,
    processStartedAt,
    hostname: hostname(),
    url,
    apiKey,
    version: binary.version,
    binary: { path: binary.path, source: binary.source },
    startedAt: new Date().toISOString(),
    crashes,
  };
}

/** A process of an interrupted start, before its state was written: it would hold the storage. */
async function endOrphans(paths: ServerPaths): Promise<void> {
  for (const pid of processesWith('--config-path', paths.config)) await endProcess(pid, 10_000);
}
