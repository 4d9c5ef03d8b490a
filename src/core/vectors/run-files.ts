/**
 * The vectors files of one run: which shards are there, whether they belong together, what is missing. Nothing may be
 * uploaded before all of a run is there and whole.
 */
import { QdxError } from '../../lib/errors.ts';
import { fingerprint } from '../models/cards/space.ts';
import { readRecords, type ReadRecord, type ReadRecordsOptions, type VerifiedFile, verifyFile } from './read-file.ts';
import type { VectorsFileHeader } from './record.ts';

export interface VectorsRun {
  /** Header of the run: that of its first shard, with the run's count. */
  readonly header: VectorsFileHeader;
  /** By shard. */
  readonly files: readonly VerifiedFile[];
}

/**
 * Verifies every file and that they are all shards of one run.
 * @throws QdxError `verification` naming what is missing, doubled or of another run.
 */
export async function openVectorsRun(paths: readonly string[], signal?: AbortSignal): Promise<VectorsRun> {
  const files: VerifiedFile[] = [];
  for (const path of paths) files.push(await verifyFile(path, signal));
  files.sort((a, b) => a.header.shard - b.header.shard);
  const [first] = files;
  if (!first) throw new QdxError('usage', 'no vectors file was named');
  for (const file of files) assertSameRun(first, file);
  assertAllShards(files, first.header);
  const total = files.reduce((sum, { footer }) => sum + footer.count, 0);
  const rejected = files.reduce((sum, { footer }) => sum + (footer.rejected ?? 0), 0);
  if (total + rejected !== first.header.totalCount)
    throw new QdxError(
      'verification',
      `the files of run ${first.header.runId} hold ${total} records where the run has ${first.header.totalCount}`,
    );
  return { header: { ...first.header, count: total }, files };
}

/** Records of all files, shard by shard. */
export async function* readRun(
  run: VectorsRun,
  options: ReadRecordsOptions = {},
): AsyncGenerator<ReadRecord, void, undefined> {
  for (const { path } of run.files) yield* readRecords(path, options);
}

/** What must be equal in the headers of one run, and how it is called in a message. */
const shared: readonly (readonly [string, (header: VectorsFileHeader) => string | number])[] = [
  ['run', ({ runId }) => runId],
  ['kind', ({ kind }) => kind],
  ['model', ({ model }) => `${model.name} ${fingerprint(model).slice(0, 12)}`],
  ['number of shards', ({ shards }) => shards],
  ['input', ({ inputHash }) => inputHash.slice(0, 12)],
  ['chunking', ({ chunking }) => JSON.stringify(chunking)],
  ['lexical settings', ({ lexical }) => JSON.stringify(lexical)],
  ['token vectors', ({ tokenVectors }) => JSON.stringify(tokenVectors ?? null)],
  ['total count', ({ totalCount }) => totalCount],
];

function assertSameRun(first: VerifiedFile, file: VerifiedFile): void {
  for (const [what, read] of shared) {
    const [expected, actual] = [read(first.header), read(file.header)];
    if (expected !== actual)
      throw new QdxError(
        'verification',
        `${file.path} does not belong to ${first.path}: its ${what} is ${actual}, there it is ${expected}`,
        { hint: 'name the files of one run only' },
      );
  }
}

function assertAllShards(files: readonly VerifiedFile[], { shards, runId }: VectorsFileHeader): void {
  const byShard = new Map<number, VerifiedFile>();
  for (const file of files) {
    const twin = byShard.get(file.header.shard);
    if (twin)
      throw new QdxError(
        'verification',
        `${twin.path} and ${file.path} are both shard ${file.header.shard} of ${shards}`,
      );
    byShard.set(file.header.shard, file);
  }
  const missing = Array.from({ length: shards }, (_, index) => index + 1).filter((shard) => !byShard.has(shard));
  if (missing.length > 0)
    throw new QdxError(
      'verification',
      `run ${runId} is not complete: ${missing.length} of ${shards} shards are missing (${missing.map((shard) => `${shard}/${shards}`).join(', ')})`,
      { hint: 'name all files of the run', details: { runId, missing } },
    );
}
