/**
 * Writes a vectors file: header, one record a line, footer. It gets its name only when it is complete.
 */
import { createHash } from 'node:crypto';
import { QdxError } from '../../lib/errors.ts';
import { createPartialFile, type PartialFile } from '../../lib/partial-file.ts';
import { createRecordEncoder, type VectorFormat } from './encode-record.ts';
import { footerLine, headerLine } from './header.ts';
import type { VectorRecord, VectorsFileHeader } from './record.ts';

export interface WriteVectorsFileOptions {
  readonly format: VectorFormat;
  /** Records that the header announces and that could not be made; asked for at the end. */
  readonly rejected?: () => number;
  readonly signal?: AbortSignal;
}

export interface WrittenVectorsFile {
  readonly path: string;
  readonly count: number;
  readonly sizeBytes: number;
  /** Of all bytes before the footer, as in the footer. */
  readonly sha256: string;
}

/**
 * Writes `header.count` records, less those rejected, streaming.
 * @throws QdxError where the file cannot be written, and whatever `records` throws; nothing is left under `path` then that
 * was not there before.
 */
export async function writeVectorsFile(
  path: string,
  header: VectorsFileHeader,
  records: AsyncIterable<VectorRecord>,
  options: WriteVectorsFileOptions,
): Promise<WrittenVectorsFile> {
  const file = await createPartialFile(path);
  try {
    const written = await writeAll(file, header, records, options);
    await file.finish();
    return { path, ...written };
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

async function writeAll(
  file: PartialFile,
  header: VectorsFileHeader,
  records: AsyncIterable<VectorRecord>,
  { format, signal, rejected = () => 0 }: WriteVectorsFileOptions,
): Promise<Omit<WrittenVectorsFile, 'path'>> {
  const hash = createHash('sha256');
  const encode = createRecordEncoder(format);
  let count = 0;
  const write = async (bytes: Buffer) => {
    hash.update(bytes);
    await file.write(bytes);
  };
  await write(Buffer.from(headerLine(header)));
  for await (const record of records) {
    signal?.throwIfAborted();
    await write(encode(record));
    count++;
  }
  const left = rejected();
  if (count + left !== header.count)
    throw new QdxError('verification', `the header announces ${header.count} records and ${count} came`, {
      hint: 'run the same command again',
    });
  const sha256 = hash.digest('hex');
  await file.write(Buffer.from(footerLine({ footer: true, count, ...(left > 0 && { rejected: left }), sha256 })));
  return { count, sizeBytes: file.sizeBytes, sha256 };
}
