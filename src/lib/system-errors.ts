/**
 * What the operating system refused, as a sentence: a full disk, a folder that may not be written, no file handles left.
 * For errors that no caller had a better sentence for.
 */
import { QdxError } from './errors.ts';

interface Refusal {
  readonly why: string;
  readonly hint: string;
}

const full: Refusal = { why: 'the disk is full', hint: 'free some space there, then run the same command again' };
const denied: Refusal = { why: 'it may not be read or written', hint: 'look at its permissions and its owner' };
const notFolder: Refusal = {
  why: 'a part of this path is a file, not a folder',
  hint: 'correct the path, or move that file away',
};

const refusals: Readonly<Record<string, Refusal>> = {
  ENOSPC: full,
  EDQUOT: { why: 'your disk quota is used up', hint: full.hint },
  EACCES: denied,
  EPERM: denied,
  EROFS: { why: 'its file system is read-only', hint: 'name another folder, or mount it writable' },
  ENOTDIR: notFolder,
  EISDIR: { why: 'it is a folder, not a file', hint: 'name a file' },
  ENAMETOOLONG: { why: 'the name is longer than names can be', hint: 'use a shorter path' },
  ELOOP: { why: 'its symbolic links lead in a circle', hint: 'correct the link' },
  EIO: { why: 'the disk cannot read or write it', hint: 'look at the log of the system' },
  EMFILE: { why: 'this process has too many files open', hint: 'raise the limit: ulimit -n 4096' },
  ENFILE: { why: 'this machine has too many files open', hint: 'end other programs, or raise its limit' },
  ENOMEM: { why: 'there is no memory left', hint: 'end other programs, or use smaller settings' },
};

/** Undefined where it is no error of the system, or one that says nothing to a user. */
export function systemError(error: unknown): QdxError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  if (code === 'ENOENT' && syscall === 'uv_cwd')
    return new QdxError('failed', 'the working folder is not there any more', {
      hint: 'change to a folder that exists (cd), then run the same command again',
      cause: error,
    });
  const refusal = syscall === undefined ? undefined : refusals[code ?? ''];
  if (!refusal) return undefined;
  const where = dest ?? path;
  return new QdxError(
    'failed',
    `${where === undefined ? `cannot ${syscall}` : `cannot use ${where}`}: ${refusal.why}`,
    {
      hint: refusal.hint,
      details: { code, syscall, ...(where !== undefined && { path: where }) },
      cause: error,
    },
  );
}
