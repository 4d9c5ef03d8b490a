/**
 * `bench upload`: how fast do points get into this server, by batch and by requests on their way? The points are those of a
 * collection, read first and uploaded into a scratch collection that is made anew each time.
 */
import { randomUUID } from 'node:crypto';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { processUsage } from '../../../lib/process-usage.ts';
import { createRandom, shuffled } from '../../../lib/statistics/random.ts';
import type { Settings } from '../../config/schema.ts';
import { cardOf } from '../../qdrant/collection/card-store.ts';
import { ensureCollection } from '../../qdrant/collection/create-collection.ts';
import { scrollPoints } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { uploadRecords } from '../../qdrant/upload.ts';
import type { VectorRecord } from '../../vectors/record.ts';
import { hostNotes, type Report, reportHead } from '../run/report.ts';
import { dropCollection } from '../run/starter.ts';
import { readSource, type VectorSource } from '../tuning/source.ts';

export interface UploadBenchInput {
  readonly collection: string;
  readonly settings: Settings;
  readonly batchSizes: readonly number[];
  readonly parallels: readonly number[];
}

interface UploadRate {
  readonly batchSize: number;
  readonly parallel: number;
  /** One a round: reading, sending and being confirmed (`wait=true`), every id read back; without the index. */
  readonly pointsPerSecond: readonly number[];
  readonly retries: number;
  readonly sentBytes: number;
}

export interface UploadReport extends Report {
  readonly suite: 'upload';
  readonly points: number;
  readonly rates: readonly UploadRate[];
  readonly peakRssBytes: number;
}

/** @throws QdxError `usage` for a collection without a card. */
export async function benchUpload(
  connection: Connection,
  input: UploadBenchInput,
  run: RunOptions = {},
): Promise<UploadReport> {
  const { collection, settings, batchSizes, parallels } = input;
  const { seed, rounds, points: maxPoints } = settings.bench;
  const head = await reportHead(connection, { suite: 'upload', seed, set: null, collections: [collection] }, run);
  const source = await readSource(connection, collection, settings.vector.name, run);
  const records = await readRecords(connection, source, maxPoints, run);
  const rates = batchSizes.flatMap((batchSize) =>
    parallels.map((parallel) => ({ batchSize, parallel, pointsPerSecond: [] as number[], retries: 0, sentBytes: 0 })),
  );
  const random = createRandom(seed);
  for (let round = 0; round < rounds; round++)
    for (const rate of shuffled(rates, random)) {
      const summary = await uploadOnce(connection, { source, records, settings, ...rate }, run);
      rate.pointsPerSecond.push(summary.pointsPerSecond);
      rate.retries += summary.retries;
      rate.sentBytes = summary.sentBytes;
    }
  return {
    ...head,
    suite: 'upload',
    points: records.length,
    rates,
    peakRssBytes: processUsage().peakRssBytes,
    checks: [],
    notes: [
      ...hostNotes(head),
      'the dense vector and the payload are uploaded, words and token vectors are left out',
      ...(records.length < 5000
        ? [`${records.length} points are uploaded in a moment: rates of few points are too low and rough`]
        : []),
    ],
    failedQueries: 0,
  };
}

interface Upload {
  readonly source: VectorSource;
  readonly records: readonly VectorRecord[];
  readonly settings: Settings;
  readonly batchSize: number;
  readonly parallel: number;
}

async function uploadOnce(
  connection: Connection,
  { source, records, settings, batchSize, parallel }: Upload,
  run: RunOptions,
) {
  const name = `qdx-bench-${randomUUID().slice(0, 8)}-upload`;
  const original = await cardOf(connection, source.physical, source.info);
  if (!original)
    throw new QdxError('usage', `${source.name} has no card`, {
      hint: `qdx collections adopt ${source.name} --model <name> writes one`,
    });
  const card = { ...original, sparseName: null, tokenVectors: null };
  try {
    const made = await ensureCollection(connection, { name, card, settings, alias: false }, run);
    return await uploadRecords(
      connection,
      {
        collection: made.physical,
        records: stream(records),
        card,
        distance: source.distance,
        settings: { ...settings.upload, batchSize, parallel },
        expectedCount: records.length,
        waitForIndex: false,
      },
      run,
    );
  } finally {
    await dropCollection(connection, name);
  }
}

async function* stream(records: readonly VectorRecord[]): AsyncGenerator<VectorRecord> {
  yield* records;
}

/** All of them are held in memory (`bench.points` is the most), so that reading is no part of what is measured. */
async function readRecords(
  connection: Connection,
  { physical, vectorName }: VectorSource,
  maxPoints: number,
  { signal }: RunOptions,
): Promise<VectorRecord[]> {
  const records: VectorRecord[] = [];
  const withVector = vectorName === '' ? true : [vectorName];
  for await (const { id, payload, vectors } of scrollPoints(connection, physical, {
    withVector,
    ...(signal && { signal }),
  })) {
    const vector = vectors?.[vectorName];
    if (vector) records.push({ id, vector: Float32Array.from(vector as readonly number[]), payload: payload ?? {} });
    if (records.length >= maxPoints) break;
  }
  return records;
}
