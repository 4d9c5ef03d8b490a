/**
 * Compares a collection with the vectors file that it was uploaded from.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { QdxError } from '../../../lib/errors.ts';
import { describeSpaceDifference, sameSpace } from '../../models/cards/space.ts';
import { readCard } from '../../qdrant/collection/card-store.ts';
import { readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { createSeenIds } from '../../qdrant/upload/seen-ids.ts';
import { type ReadRecord, readRecords, verifyFile } from '../../vectors/read-file.ts';
import type { VectorRecord } from '../../vectors/record.ts';
import { compareRecords, findExtra, layoutOf } from './compare-records.ts';
import { createDifferenceLists, type PointDifferences } from './difference-lists.ts';

export interface FileComparison {
  readonly points: PointDifferences;
  /** Of the model, as sentences. */
  readonly settings: readonly string[];
}

/**
 * Points that the file does not have count as too many, unless the file is one shard of several.
 * @throws QdxError `verification` for a file that is not whole, `usage` for one that is no vectors file.
 */
export async function compareWithVectorsFile(
  connection: Connection,
  physical: string,
  path: string,
  run: RunOptions = {},
): Promise<FileComparison> {
  const { header } = await verifyFile(path, run.signal);
  if (header.kind !== 'vectors')
    throw new QdxError('usage', `${path} holds chunks that are still to be embedded, no vectors`);
  const card = await readCard(connection, physical, run);
  const info = await readCollectionInfo(connection, physical, run.signal);
  const layout = layoutOf(info, card);
  const lists = createDifferenceLists();
  const seen = createSeenIds(header.count);
  const comparison = { physical, layout, lists, seen, total: header.count };
  const records = readRecords(path, run.signal ? { signal: run.signal } : {});
  await compareRecords(connection, comparison, readable(records), run);
  if (header.shards === 1) await findExtra(connection, comparison, run);
  const isOther = card !== null && !sameSpace(card.model, header.model);
  const settings = isOther ? [`model: ${describeSpaceDifference(header.model, card.model)}`] : [];
  return { points: lists.result(), settings };
}

async function* readable(records: AsyncIterable<ReadRecord>): AsyncGenerator<VectorRecord, void, undefined> {
  for await (const record of records) {
    if ('reason' in record) throw new QdxError('verification', `${record.file} line ${record.line}: ${record.reason}`);
    yield record;
  }
}
