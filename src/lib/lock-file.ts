/**
 * A lock that is a file: taken by one process of this machine at a time, and free again when its holder has died.
 */
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { QdxError } from './errors.ts';
import { throwWriteError } from './file-bytes.ts';
import { ownProcess, processInfo } from './processes.ts';

export interface LockFileOptions {
  /** Longest wait for another holder; 0: none. */
  readonly waitMs: number;
  /** What is locked, for the message: `the local server in /data`. */
  readonly label: string;
  readonly signal?: AbortSignal;
}

interface Holder {
  readonly pid: number;
  readonly startedAt: string;
  readonly hostname: string;
}

/**
 * Runs while holding the lock.
 * @throws QdxError `locked` naming the holder, when the wait is over.
 */
export async function withLockFile<T>(path: string, options: LockFileOptions, run: () => Promise<T>): Promise<T> {
  const own = JSON.stringify({ ...(await ownProcess()), hostname: hostname(), token: token() });
  const deadline = performance.now() + options.waitMs;
  while (!(await take(path, own))) {
    options.signal?.throwIfAborted();
    const held = await readText(path);
    if (held !== undefined && (await isStale(held))) await removeStale(path, held);
    else if (performance.now() > deadline) throw heldError(held, path, options);
    else await sleep(25);
  }
  try {
    return await run();
  } finally {
    if ((await readText(path)) === own) await rm(path, { force: true });
  }
}

/** Whether a process that may still live holds it, as far as this machine can tell. Takes nothing. */
export async function isLockHeld(path: string): Promise<boolean> {
  const held = await readText(path);
  return held !== undefined && !(await isStale(held));
}

/** A link appears with its content or not at all, unlike a file that is created and then written. */
async function take(path: string, content: string): Promise<boolean> {
  const temporary = `${path}.${token()}`;
  await writeFile(temporary, content, { mode: 0o600 }).catch(async (error: unknown) => {
    await rm(temporary, { force: true });
    throwWriteError(path, error);
  });
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    return await createExclusively(path, content);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** For file systems without hard links. */
async function createExclusively(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(text: string): Promise<boolean> {
  const holder = parseHolder(text);
  // A holder on another machine cannot be looked at; half-written text (see createExclusively) is still being written.
  if (!holder || holder.hostname !== hostname()) return false;
  return (await processInfo(holder.pid))?.startedAt !== holder.startedAt;
}

/** Moves the file away before it is removed: who finds that it moved a fresh lock instead puts that one back. */
async function removeStale(path: string, stale: string): Promise<void> {
  const moved = `${path}.${token()}`;
  try {
    await rename(path, moved);
  } catch {
    return; // another process was faster
  }
  if ((await readText(moved)) !== stale) await link(moved, path).catch(() => {});
  await rm(moved, { force: true });
}

function heldError(held: string | undefined, path: string, { label, waitMs }: LockFileOptions): QdxError {
  const holder = parseHolder(held ?? '');
  const who = holder ? `process ${holder.pid} on ${holder.hostname}` : 'another process';
  const since = waitMs === 0 ? '' : ` for more than ${Math.round(waitMs / 1000)} s`;
  return new QdxError('locked', `${label} is held by ${who}${since}`, {
    hint: `wait for it to end; if there is no such process, remove ${path}`,
    details: { lock: path, ...(holder && { pid: holder.pid, hostname: holder.hostname }) },
  });
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder> | null;
    if (typeof value?.pid !== 'number' || typeof value.hostname !== 'string') return undefined;
    return { pid: value.pid, startedAt: String(value.startedAt), hostname: value.hostname };
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

const token = (): string => randomBytes(6).toString('hex');
