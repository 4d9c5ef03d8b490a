/**
 * `-`: stdin goes to a file first, because a vectors file is read twice: once for its checksum, before anything is written.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { createScratchFile } from '../../../lib/scratch-file.ts';

export interface StdinPlace {
  readonly stream: AsyncIterable<Uint8Array | string>;
  /** Where to keep what came, until the upload has ended. */
  readonly folder: string;
}

/** Runs `use` with every `-` replaced by the file; the file is removed afterwards. @throws QdxError `usage` for an empty stdin. */
export async function withStdin<T>(
  paths: readonly string[],
  { stream, folder }: StdinPlace,
  use: (paths: readonly string[]) => Promise<T>,
  { signal }: RunOptions = {},
): Promise<T> {
  if (!paths.includes('-')) return use(paths);
  const file = await createScratchFile(folder, 'stdin-');
  try {
    let sizeBytes = 0;
    for await (const piece of stream) {
      signal?.throwIfAborted();
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      sizeBytes += bytes.length;
      await file.write(bytes);
    }
    if (sizeBytes === 0)
      throw new QdxError('usage', 'stdin is empty', {
        hint: 'pipe a vectors file or {"id","vector","payload"} lines in',
      });
    await file.close();
    return await use(paths.map((path) => (path === '-' ? file.path : path)));
  } finally {
    await file.remove();
  }
}
