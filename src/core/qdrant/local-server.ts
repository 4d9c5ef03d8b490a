/**
 * The embedded default: a Qdrant of this user on the loopback, one for each data folder, which stays up between commands.
 */
import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { withLockFile } from '../../lib/lock-file.ts';
import { processesWith, processInfo, sendSignal, waitForEnd } from '../../lib/process-info.ts';
import { type BinaryInput, findBinary, type FoundBinary } from './server/binary.ts';
import { findRunningServer } from './server/find-running.ts';
import { answersNow, freePort, launch, type Launched, logTail, waitUntilReady } from './server/launch.ts';
import {
  readState,
  removeState,
  type ServerPaths,
  serverPaths,
  type ServerState,
  writeState,
} from './server/server-state.ts';
import { assertStorageIsNotNewer, noteStorageVersion } from './server/storage-version.ts';

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
/** Starts in a row that may fail, and crashes within `crashWindowMs`, before qdx stops trying. */
const mostAttempts = 3;
const crashWindowMs = 10 * 60_000;

/**
 * Starts the server of a data folder, or finds it running. Two callers at once end up with one server.
 * @throws QdxError: `notFound` no binary, `verification` wrong binary, `refused` storage of a newer Qdrant or a crash
 * loop, `locked` someone else is starting it for too long, `failed` it does not start, `temporary` it is still loading.
 */
export async function startLocalServer(input: StartInput): Promise<StartedServer> {
  const paths = serverPaths(input.dataDir);
  await mkdir(input.dataDir, { recursive: true, mode: 0o700 });
  const lock = {
    waitMs: (input.readyWithinMs ?? defaultReadyWithinMs) + 10_000,
    label: `the start of the server in ${input.dataDir}`,
  };
  return withLockFile(paths.lock, { ...lock, ...(input.signal && { signal: input.signal }) }, async () => {
    const running = await findRunningServer(input.dataDir);
    if (running?.phase === 'ready') return summaryOf(running, paths, false);
    if (running) return summaryOf(await finishStart(running, neverEnds, paths, input), paths, false);
    return summaryOf(await startFresh(paths, input), paths, true);
  });
}

const neverEnds = new Promise<string>(() => {});

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
  if (crashes.length >= mostAttempts) throw await crashLoop(paths, crashes.length);
  const binary = await findBinary(input);
  await assertStorageIsNotNewer(paths, binary.version);
  await endOrphans(paths);
  let lastEnd = '';
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const launched = await launch(binary.path, paths, await (input.pickPort ?? freePort)());
    const state = startingState(launched, binary, crashes);
    await writeState(paths.state, state);
    try {
      const ready = await finishStart(state, launched.ended, paths, input);
      announce(ready, paths, input);
      return ready;
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

/** Waits for the first answer and notes it. @throws EndedAtStart, or QdxError `temporary` when it is still loading. */
async function finishStart(
  state: ServerState,
  ended: Promise<string>,
  paths: ServerPaths,
  input: StartInput,
): Promise<ServerState> {
  const limitMs = input.readyWithinMs ?? defaultReadyWithinMs;
  const readiness = await waitUntilReady(state.url, ended, limitMs, input.signal);
  if (readiness.state === 'ended') throw new EndedAtStart(readiness.how);
  if (readiness.state === 'slow')
    throw new QdxError('temporary', `the local Qdrant in ${paths.dataDir} is still loading after ${limitMs / 1000} s`, {
      hint: `it goes on; run the same command again. Its log: ${paths.log}`,
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

function announce({ version }: ServerState, { dataDir }: ServerPaths, { onEvent }: StartInput): void {
  const message = `started a local Qdrant ${version} on ${dataDir}; it stays up, \`qdx server stop\` ends it`;
  onEvent?.({ type: 'note', message });
}

/** A state file without its process was left by a server that was not stopped. */
async function recentCrashes(paths: ServerPaths): Promise<string[]> {
  const left = await readState(paths.state);
  if (!left) return [];
  const since = Date.now() - crashWindowMs;
  return [...left.crashes, new Date().toISOString()].filter((at) => Date.parse(at) >= since);
}

async function crashLoop(paths: ServerPaths, times: number): Promise<QdxError> {
  const tail = await logTail(paths.log);
  return new QdxError(
    'refused',
    `the local Qdrant in ${paths.dataDir} died ${times} times within ${crashWindowMs / 60_000} minutes${lastWords(tail)}`,
    { hint: `look at ${paths.log}; then start it yourself with: qdx server start`, details: { log: paths.log, tail } },
  );
}

async function doesNotStart(binary: FoundBinary, paths: ServerPaths, how: string): Promise<QdxError> {
  const tail = await logTail(paths.log);
  return new QdxError(
    'failed',
    `Qdrant (${binary.path}) ended ${mostAttempts} times before it was ready (${how})${lastWords(tail)}`,
    { hint: `its log: ${paths.log}`, details: { log: paths.log, tail } },
  );
}

const lastWords = (tail: string): string => (tail === '' ? '' : `; the end of its log:\n${tail}`);

/** A process of an interrupted start, before its state was written: it would hold the storage. */
async function endOrphans(paths: ServerPaths): Promise<void> {
  for (const pid of await processesWith(`--config-path ${paths.config}`)) await endProcess(pid, 10_000);
}

async function endProcess(pid: number, patienceMs: number): Promise<'stopped' | 'killed'> {
  const startedAt = (await processInfo(pid))?.startedAt;
  if (startedAt === undefined || !sendSignal(pid, 'SIGTERM')) return 'stopped';
  if (await waitForEnd(pid, startedAt, patienceMs)) return 'stopped';
  sendSignal(pid, 'SIGKILL');
  await waitForEnd(pid, startedAt, 5_000);
  return 'killed';
}

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

export interface ServerStatus {
  readonly running: boolean;
  /** True where it answers now. */
  readonly ready: boolean;
  readonly dataDir: string;
  readonly log: string;
  /** Holds the key; only this user can read it. */
  readonly stateFile: string;
  readonly url: string | null;
  readonly pid: number | null;
  readonly version: string | null;
  readonly binary: ServerState['binary'] | null;
  readonly startedAt: string | null;
}

export async function localServerStatus(dataDir: string): Promise<ServerStatus> {
  const paths = serverPaths(dataDir);
  const state = await findRunningServer(dataDir);
  return {
    running: state !== undefined,
    ready: state !== undefined && (await answersNow(state.url)),
    dataDir,
    log: paths.log,
    stateFile: paths.state,
    url: state?.url ?? null,
    pid: state?.pid ?? null,
    version: state?.version ?? null,
    binary: state?.binary ?? null,
    startedAt: state?.startedAt ?? null,
  };
}
