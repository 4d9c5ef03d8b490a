/**
 * Whether a process that was noted earlier is still that one: ids are given out again, so its start time counts too.
 */
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessInfo {
  /** Opaque; equal for the same process only: ticks since boot on Linux, a date elsewhere. */
  readonly startedAt: string;
  /** Arguments, separated by spaces. */
  readonly command: string;
}

/** Undefined where there is no such process (one that has ended and was not collected counts as gone). */
export async function processInfo(pid: number): Promise<ProcessInfo | undefined> {
  return process.platform === 'linux' ? linuxProcess(pid) : portableProcess(pid);
}

/** This process, for lock files. */
export async function ownProcess(): Promise<{ readonly pid: number; readonly startedAt: string }> {
  return { pid: process.pid, startedAt: (await processInfo(process.pid))?.startedAt ?? '' };
}

/** Ids of this user's processes whose command holds `text`; Linux only, elsewhere none. */
export async function processesWith(text: string): Promise<number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.filter((pid) => linuxProcess(pid)?.command.includes(text));
}

/** False where the process is gone already. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** True once the process is gone, false when `limitMs` are over. */
export async function waitForEnd(pid: number, startedAt: string, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    if ((await processInfo(pid))?.startedAt !== startedAt) return true;
    await sleep(20);
  }
  return false;
}

/** Not asynchronous: these are no disk files, and every command waits for one of them. */
function linuxProcess(pid: number): ProcessInfo | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    // Field 22 of proc(5); the name in field 2 may hold spaces and parentheses, so counting starts behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    return { startedAt: fields[19] ?? '', command: command.replaceAll('\0', ' ').trim() };
  } catch {
    return undefined;
  }
}

async function portableProcess(pid: number): Promise<ProcessInfo | undefined> {
  const [{ execFile }, { promisify }] = await Promise.all([import('node:child_process'), import('node:util')]);
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=,command=', '-p', String(pid)]);
    // `Sun Nov 22 12:00:00 2026 /path/to/qdrant ...`
    return { startedAt: stdout.slice(0, 24), command: stdout.slice(24).trim() };
  } catch {
    return undefined;
  }
}
