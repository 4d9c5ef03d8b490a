/**
 * Bytes into an open file, gathered so that small pieces cost no system call each; errors of the disk become sentences.
 */
import type { FileHandle } from 'node:fs/promises';
import { QdxError } from './errors.ts';

export interface FileBytes {
  /** Bytes taken so far, those still in memory included. */
  readonly sizeBytes: number;
  /** Waits where the disk is behind. The piece may be reused after that. */
  write(piece: Uint8Array): Promise<void>;
  flush(): Promise<void>;
}

const bufferBytes = 256 * 1024;

/** `path` is what messages name. @throws QdxError from `write` and `flush`. */
export function createFileBytes(handle: FileHandle, path: string): FileBytes {
  const buffer = Buffer.alloc(bufferBytes);
  let held = 0;
  let sizeBytes = 0;
  const put = async (bytes: Uint8Array) => {
    await handle.writeFile(bytes).catch((error: unknown) => throwWriteError(path, error));
  };
  const flush = async () => {
    const bytes = buffer.subarray(0, held);
    held = 0;
    if (bytes.length > 0) await put(bytes);
  };
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    flush,
    async write(piece) {
      sizeBytes += piece.length;
      if (held + piece.length > bufferBytes) await flush();
      if (piece.length > bufferBytes) {
        await put(piece);
        return;
      }
      buffer.set(piece, held);
      held += piece.length;
    },
  };
}

type Reason = readonly ['usage' | 'notFound' | 'denied' | 'failed', string, hint?: string];

/** Of a file system that takes no folders, or no files; the system's own code for that says something else. */
export const noFoldersCode = 'QDX_NO_FOLDERS';
export const noFilesCode = 'QDX_NO_FILES';

const elsewhere = 'choose another folder';
const freeSpace = 'free some space there, then run the same command again';
const reasons: Readonly<Record<string, Reason>> = {
  ENOENT: ['notFound', 'its folder does not exist', 'make that folder first (mkdir -p), or correct the path'],
  ENOTDIR: ['notFound', 'its folder is a file', 'correct the path'],
  EACCES: ['denied', 'the folder may not be written', elsewhere],
  EPERM: ['denied', 'the folder may not be written', elsewhere],
  EROFS: ['denied', 'the file system is read-only', elsewhere],
  ENOSPC: ['failed', 'the disk is full', freeSpace],
  EDQUOT: ['failed', 'the disk quota is used up', freeSpace],
  EFBIG: ['failed', 'it may not become larger here', 'raise the limit (ulimit -f), or choose another file system'],
  [noFoldersCode]: ['denied', 'no folder can be made there', elsewhere],
  [noFilesCode]: ['denied', 'no file can be made there', elsewhere],
  EISDIR: ['usage', 'it is a folder', 'name a file'],
  EEXIST: ['usage', 'it is a file', elsewhere],
};

const explain = (error: unknown): Reason =>
  reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? [
    'failed',
    error instanceof Error ? error.message : String(error),
  ];

/** Why something could not be written, in words: `the disk is full`. */
export const writeErrorReason = (error: unknown): string => explain(error)[1];

export function throwWriteError(path: string, error: unknown): never {
  const [kind, reason, hint] = explain(error);
  throw new QdxError(kind, `cannot write ${path}: ${reason}`, { cause: error, ...(hint !== undefined && { hint }) });
}
