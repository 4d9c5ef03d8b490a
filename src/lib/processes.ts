/**
 * Processes: who this one is, and whether one that was noted earlier still runs. A number alone says little: it is given out
 * again (so the start time counts too), and every machine and every container counts from 1 (so the machine counts too).
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { QdxError } from './errors.ts';

/** Who a process is, for records that others read. */
export interface ProcessIdentity {
  readonly host: string;
  /** See machineId; null where it is not known. */
  readonly machine: string | null;
  readonly pid: number;
  /** ISO 8601 UTC; the same at every call. */
  readonly startedAt: string;
}

const startedAt = new Date(Math.round(performance.timeOrigin)).toISOString();

export const processIdentity = (): ProcessIdentity => ({
  host: hostname(),
  machine: machineId(),
  pid: process.pid,
  startedAt,
});

let knownMachine: string | null | undefined;

/**
 * Names the set of processes that this one's number belongs to: host name, boot of the kernel, and namespace of process
 * numbers (a container has its own, and often the same host name as others). Twelve hexadecimal digits, fit for file names.
 * Null where the system does not tell (everywhere but Linux): then nobody can say that another's process is gone.
 */
export function machineId(): string | null {
  knownMachine ??= readMachineId();
  return knownMachine;
}

function readMachineId(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = readlinkSync('/proc/self/ns/pid');
    return createHash('sha256').update([hostname(), boot, namespace].join('\0')).digest('hex').slice(0, 12);
  } catch {
    return null;
  }
}

/**
 * Whether a process of this machine runs. One of another user counts as alive, one that has ended and was not collected as
 * gone (Linux). Another process may have got the number since: then it seems alive.
 */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Ended, and kept until its parent asks how; a container without an init keeps it for ever. */
function isZombie(pid: number): boolean {
  try {
    return stateFields(pid)[0] === 'Z';
  } catch {
    return false;
  }
}

/** Fields of proc(5) from the third one, the state, on; the name before may hold spaces and parentheses. */
function stateFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

export interface ProcessInfo {
  /** Opaque; equal for the same process only: ticks since boot on Linux, a date elsewhere. */
  readonly startedAt: string;
  /** Whether these follow each other among its arguments. Linux: each compared whole; elsewhere their text is looked for. */
  hasArguments(...wanted: readonly string[]): boolean;
}

/** Undefined where there is no such process (one that has ended and was not collected counts as gone). */
export async function processInfo(pid: number): Promise<ProcessInfo | undefined> {
  return process.platform === 'linux' ? linuxProcess(pid) : portableProcess(pid);
}

/** This process, for lock files. */
export async function ownProcess(): Promise<{ readonly pid: number; readonly startedAt: string }> {
  return { pid: process.pid, startedAt: (await processInfo(process.pid))?.startedAt ?? '' };
}

/** Ids of this user's processes with these arguments in a row; Linux only, elsewhere none. */
export function processesWith(...wanted: readonly string[]): number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((pid) => isOwn(pid) && linuxProcess(pid)?.hasArguments(...wanted));
}

const isOwn = (pid: number): boolean => statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === process.getuid?.();

/** False where the process is gone already. @throws QdxError `denied` for a process of another user. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return false;
    if (code !== 'EPERM') throw error;
    throw new QdxError('denied', `process ${pid} belongs to another user and cannot be ended`, {
      hint: `end it as that user: kill ${pid}`,
      cause: error,
    });
  }
}

/** True once the process is gone, false when `limitMs` are over. */
export async function waitForEnd(pid: number, since: string, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    if ((await processInfo(pid))?.startedAt !== since) return true;
    await sleep(20);
  }
  return false;
}

/** Not asynchronous: these are no disk files, and every command waits for one of them. */
function linuxProcess(pid: number): ProcessInfo | undefined {
  try {
    const fields = stateFields(pid);
    // Each argument ends with a NUL.
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    if (fields[0] === 'Z') return undefined;
    // Field 22 of proc(5).
    return { startedAt: fields[19] ?? '', hasArguments: (...wanted) => holdsInRow(args, wanted) };
  } catch {
    return undefined;
  }
}

const holdsInRow = (args: readonly string[], wanted: readonly string[]): boolean =>
  args.some((_, from) => wanted.every((argument, at) => args[from + at] === argument));

async function portableProcess(pid: number): Promise<ProcessInfo | undefined> {
  const [{ execFile }, { promisify }] = await Promise.all([import('node:child_process'), import('node:util')]);
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=,command=', '-p', String(pid)]);
    // `Sun Nov 22 12:00:00 2026 /path/to/qdrant ...`
    const command = stdout.slice(24).trim();
    return { startedAt: stdout.slice(0, 24), hasArguments: (...wanted) => command.includes(wanted.join(' ')) };
  } catch {
    return undefined;
  }
}
