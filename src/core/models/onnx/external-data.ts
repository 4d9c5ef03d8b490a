/**
 * Walks a model's external data before native code follows it: a hostile model would read (or, hard-linked, leak) any file.
 */
import { lstat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import { type ExternalData, inspectOnnx } from './onnx-file.ts';

/** @throws QdxError `refused` naming the file pointed to and why; `verification` for a file that is no ONNX model. */
export async function assertSafeExternalData(modelFile: string): Promise<void> {
  const { externalData } = await inspectOnnx(modelFile);
  const folder = dirname(resolve(modelFile));
  for (const data of externalData) {
    const reason = await reasonToRefuse(folder, data);
    if (reason !== null)
      throw new QdxError(
        'refused',
        `${modelFile} points to external data at ${JSON.stringify(data.location)}, ${reason}`,
        {
          hint: 'weights of a model must be plain files beside it; take another export of this model',
          details: { modelFile, location: data.location },
        },
      );
  }
}

async function reasonToRefuse(folder: string, { location, offset, length }: ExternalData): Promise<string | null> {
  if (location === '' || location.includes('\0')) return 'which names no file';
  if (isAbsolute(location) || /^[a-zA-Z]:|^\\/.test(location)) return 'an absolute path';
  const file = join(folder, location);
  if (location.split(/[\\/]/).includes('..') || !file.startsWith(folder + sep)) return 'outside its folder';
  const link = await firstLink(folder, location);
  if (link !== null) return `where ${link} is a symbolic link`;
  const stats = await lstat(file, { bigint: true }).catch(() => null);
  if (stats === null) return 'which is not there';
  if (!stats.isFile()) return 'which is not a regular file';
  if (stats.nlink > 1n) return 'a file with further hard links';
  if (offset > stats.size || offset + (length ?? 0n) > stats.size)
    return `bytes ${offset} to ${offset + (length ?? 0n)} of a file of ${stats.size}`;
  return null;
}

/** The first part of a relative path that is a symbolic link; null where none is. */
async function firstLink(folder: string, location: string): Promise<string | null> {
  let at = folder;
  for (const part of location.split(/[\\/]/)) {
    at = join(at, part);
    const stats = await lstat(at).catch(() => null);
    if (stats?.isSymbolicLink()) return part;
  }
  return null;
}
