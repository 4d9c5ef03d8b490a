/**
 * Servers that die again and again are not started for ever.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { FoundBinary } from './binary.ts';
import { serverCommand } from './find-running.ts';
import { logTail } from './launch.ts';
import { readState, type ServerPaths } from './server-state.ts';

/** Starts in a row that may fail, and crashes within `crashWindowMs`, before qdx stops trying. */
export const mostAttempts = 3;
const crashWindowMs = 10 * 60_000;

/** A state file without its process was left by a server that was not stopped. */
export async function recentCrashes(paths: ServerPaths): Promise<string[]> {
  const left = readState(paths.state);
  if (!left) return [];
  const since = Date.now() - crashWindowMs;
  return [...left.crashes, new Date().toISOString()].filter((at) => Date.parse(at) >= since);
}

/** `dataFolder`: the user's. */
export async function crashLoop(paths: ServerPaths, times: number, dataFolder: string): Promise<QdxError> {
  const start = serverCommand('start', paths.dataDir, dataFolder);
  const tail = await logTail(paths.log);
  return new QdxError(
    'refused',
    `the local Qdrant in ${paths.dataDir} died ${times} times within ${crashWindowMs / 60_000} minutes${lastWords(tail)}`,
    { hint: `look at ${paths.log}; then start it yourself with: ${start}`, details: { log: paths.log, tail } },
  );
}

export async function doesNotStart(binary: FoundBinary, paths: ServerPaths, how: string): Promise<QdxError> {
  const tail = await logTail(paths.log);
  return new QdxError(
    'failed',
    `Qdrant (${binary.path}) ended ${mostAttempts} times before it was ready (${how})${lastWords(tail)}`,
    { hint: `its log: ${paths.log}`, details: { log: paths.log, tail } },
  );
}

const lastWords = (tail: string): string => (tail === '' ? '' : `; the end of its log:\n${tail}`);
