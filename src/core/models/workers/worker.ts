/**
 * One process that holds a model, as its parent sees it: orders out, answers in, and word of its end.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import { packageRoot } from '../../../lib/package-root.ts';
import type { OpenOrder, SentError, WorkerAnswer, WorkerOrder } from './messages.ts';

export interface ModelWorker<Request> {
  readonly pid: number | undefined;
  send(order: WorkerOrder<Request>): void;
  /** At once, whatever it is doing. */
  kill(): void;
}

export interface WorkerListeners<Result> {
  readonly onAnswer: (answer: WorkerAnswer<Result>) => void;
  /** Once, with how it ended (`SIGSEGV`, `exit code 1`) and the last it wrote to stderr. */
  readonly onEnd: (how: string, lastWords: string) => void;
}

/** A file of its own in the build, whoever starts it: source, library or the bundled program. */
const entry = join(packageRoot, 'dist/core/models/workers/model-process.js');

/**
 * How much a worker stands back ("niceness"): it would take all of a core, and the process that feeds it wants a
 * millisecond now and then, at once. Measured on two cores with two workers and other work: timers of the parent were late by
 * 16 to 17 ms (p99) beside workers of its own priority, by 6 to 12 ms beside these. An idle machine gives all it has either way.
 */
const niceness = 5;

/** Longest tail of a worker's stderr that is kept for an error. */
const lastWordsLength = 2000;

/** @param env All of the process's environment. */
export function startWorker<Request, Result>(
  open: OpenOrder,
  env: Readonly<Record<string, string>>,
  { onAnswer, onEnd }: WorkerListeners<Result>,
): ModelWorker<Request> {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  if (child.pid !== undefined) yieldTo(child.pid);
  const lastWords = keepTail(child);
  let ended = false;
  const end = (how: string): void => {
    if (!ended) onEnd(how, lastWords());
    ended = true;
  };
  child.on('message', (answer) => onAnswer(answer as WorkerAnswer<Result>));
  child.once('error', (error) => end(error.message));
  child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  const send = (order: WorkerOrder<Request>): void => {
    // A failed send means that the process has ended, which `exit` tells.
    child.send(order, () => {});
  };
  send(open);
  return { pid: child.pid, send, kill: () => void child.kill('SIGKILL') };
}

/** Before the process has made a thread: on Linux the priority is a thread's, and new threads inherit it. */
function yieldTo(pid: number): void {
  try {
    setPriority(pid, Math.min(getPriority() + niceness, constants.priority.PRIORITY_LOW));
  } catch {
    // It ended already, which `exit` tells, or the system forbids it: then it runs as it is.
  }
}

function keepTail(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-lastWordsLength);
  });
  return () => tail.trim();
}

export function fromSentError({ kind, message, hint }: SentError): Error {
  return kind === null ? new Error(message) : new QdxError(kind, message, { ...(hint !== undefined && { hint }) });
}
