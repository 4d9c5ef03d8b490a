/**
 * The `kaggle` command, which holds the user's login: qdx never reads it. Arguments go as a list, past every shell.
 * Written against version 2.2.4; what it prints is its only interface.
 */
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { type CallResult, failureOf, type KaggleFailure } from './kaggle-failure.ts';

export interface KernelStatus {
  readonly state: 'waiting' | 'running' | 'complete' | 'failed' | 'cancelled';
  /** As Kaggle calls it. */
  readonly word: string;
  readonly failure: string | null;
}

export interface KaggleCli {
  /** Who is logged in; null where it does not say. */
  readonly account: string | null;
  /** `ready` once it can be used; null where there is no such dataset. */
  datasetStatus(dataset: string): Promise<string | null>;
  createDataset(folder: string): Promise<void>;
  addVersion(folder: string, message: string): Promise<void>;
  push(folder: string): Promise<void>;
  status(kernel: string): Promise<KernelStatus>;
  /** What the notebook has printed so far; empty where it cannot be had. */
  log(kernel: string): Promise<string>;
  /** Writes the notebook's own files to a folder. */
  fetchOutput(kernel: string, folder: string): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A question; uploads and downloads take as long as they take. */
const answerWithinMs = 120_000;

/**
 * Null where there is no such command.
 * @throws QdxError `denied` where nobody is logged in.
 */
export async function openKaggleCli(environment: Environment, run: RunOptions): Promise<KaggleCli | null> {
  const call = caller(environment, run);
  const config = await call(['config', 'view'], { timeoutMs: answerWithinMs });
  if (config === 'missing') return null;
  const ask = async (args: readonly string[], timeoutMs?: number): Promise<string> =>
    answer(args, await call(args, timeoutMs === undefined ? {} : { timeoutMs }));
  const name = /^- username: (\S+)$/m.exec(answer(['config', 'view'], config))?.[1];
  return {
    account: name === undefined || name === 'None' ? null : name,
    async datasetStatus(dataset) {
      const result = await call(['datasets', 'status', dataset], { timeoutMs: answerWithinMs });
      if (result !== 'missing' && result.exitCode === 0) return lastLine(result.text);
      const failure = failureOf(['datasets', 'status', dataset], result);
      // A dataset of one's own that is not there is answered like one that is somebody else's.
      if (failure.kind === 'notFound' || failure.isForbidden) return null;
      throw errorOf(failure);
    },
    createDataset: async (folder) => void (await ask(['datasets', 'create', '-p', folder, '-t', '-q'])),
    addVersion: async (folder, message) =>
      void (await ask(['datasets', 'version', '-p', folder, '-m', message, '-t', '-q'])),
    push: async (folder) => void (await ask(['kernels', 'push', '-p', folder])),
    status: async (kernel) => parseStatus(await ask(['kernels', 'status', kernel], answerWithinMs)),
    async log(kernel) {
      const result = await call(['kernels', 'logs', kernel], { timeoutMs: answerWithinMs });
      return result === 'missing' || result.exitCode !== 0 ? '' : logText(result.text);
    },
    fetchOutput: async (kernel, folder) => void (await ask(['kernels', 'output', kernel, '-p', folder, '-o', '-q'])),
  };
}

function caller(environment: Environment, { signal }: RunOptions) {
  return async (
    args: readonly string[],
    { timeoutMs }: { readonly timeoutMs?: number },
  ): Promise<CallResult | 'missing'> => {
    const { execa } = await import('execa');
    const result = await execa('kaggle', args, {
      env: { ...environment },
      extendEnv: false,
      reject: false,
      all: true,
      stdin: 'ignore',
      ...(timeoutMs !== undefined && { timeout: timeoutMs }),
      ...(signal && { cancelSignal: signal }),
    });
    signal?.throwIfAborted();
    if (result.code === 'ENOENT') return 'missing';
    return { exitCode: result.exitCode, text: result.timedOut ? 'the answer timed out' : result.all };
  };
}

/** Some refusals are printed and end with 0. */
const saysNo = /^(Dataset (creation|version creation) error|Kernel push error)|not valid (dataset|kernel) sources/im;

function answer(args: readonly string[], result: CallResult | 'missing'): string {
  if (result !== 'missing' && result.exitCode === 0 && !saysNo.test(result.text)) return result.text;
  throw errorOf(failureOf(args, result));
}

const errorOf = ({ kind, message, hint, details }: KaggleFailure): QdxError =>
  new QdxError(kind, message, { ...(hint !== undefined && { hint }), details });

/**
 * `anna/qdx-1 has status "KernelWorkerStatus.RUNNING"`; older ones print `complete` alone.
 * @throws QdxError `failed` where nothing of it is known.
 */
export function parseStatus(text: string): KernelStatus {
  const word = [...text.matchAll(/has status "(?:KernelWorkerStatus\.)?(\w+)"/gu)].at(-1)?.[1]?.toLowerCase();
  const failure = /Failure message: "([\s\S]*?)"\s*$/u.exec(text)?.[1] ?? null;
  if (word === undefined)
    throw new QdxError('failed', `kaggle kernels status printed no status: ${lastLine(text)}`, {
      hint: 'qdx was written against version 2.2.4 of the kaggle command',
    });
  return { state: stateOf(word), word, failure };
}

function stateOf(word: string): KernelStatus['state'] {
  if (word === 'complete') return 'complete';
  if (word === 'error') return 'failed';
  if (word.startsWith('cancel')) return 'cancelled';
  return word === 'running' ? 'running' : 'waiting';
}

/** A log is a JSON array of pieces, or, of other versions, the text itself. */
export function logText(text: string): string {
  try {
    const pieces: unknown = JSON.parse(text);
    if (!Array.isArray(pieces)) return text;
    return pieces.map((piece) => (piece as { data?: string } | null)?.data ?? '').join('');
  } catch {
    return text;
  }
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';
