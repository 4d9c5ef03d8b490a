/**
 * What came back, joined with what was sent: by run and hash as a whole, then by id, record by record, in the order in which it
 * was sent. Streams; of two runs of any size one record each is in memory, and one of each shard.
 */
import { isDeepStrictEqual } from 'node:util';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { describeSpaceDifference, sameSpace } from '../models/cards/space.ts';
import type { ParitySample } from '../qdrant/collection/parity.ts';
import { readHeader, type ReadRecord, readRecords } from '../vectors/read-file.ts';
import type { VectorRecord, VectorsFileHeader } from '../vectors/record.ts';
import { openVectorsRun, type VectorsRun } from '../vectors/run-files.ts';
import { shardOf } from '../vectors/shard.ts';

export interface JoinInput {
  /** The chunks file that was sent. */
  readonly chunks: string;
  /** Vectors files of all shards, in any order. */
  readonly shards: readonly string[];
}

export interface Joined {
  /** Of one file with the whole run. */
  readonly header: VectorsFileHeader;
  /** @throws QdxError `verification` at the first record that is not the one that was sent. */
  records(): AsyncGenerator<VectorRecord, void, undefined>;
  /** Texts and what came back for them, spread over the run; complete once `records` has ended. */
  readonly samples: readonly ParitySample[];
}

const wantedSamples = 16;
/** Length of a vector that should have length one: float32 of fp16 weights. */
const normTolerance = 1e-3;

/**
 * Verifies that the files are whole, all there, and of the run that was sent (F25), before the first record is read.
 * @throws QdxError `verification`, naming what differs.
 */
export async function joinHandBack({ chunks, shards }: JoinInput, { signal }: RunOptions = {}): Promise<Joined> {
  const run = await openVectorsRun(shards, signal);
  const sent = await readHeader(chunks, signal);
  if (!sent) throw new QdxError('verification', `${chunks} has no header`);
  assertSameRun(sent, run);
  const samples: ParitySample[] = [];
  const every = Math.max(1, Math.floor(sent.totalCount / wantedSamples));
  return {
    header: { ...run.header, shard: 1, shards: 1, count: run.header.totalCount },
    samples,
    async *records() {
      let number = 0;
      for await (const { text, record } of inOrder({ chunks, run }, signal)) {
        if (record.vector && number++ % every === 0 && samples.length < wantedSamples)
          samples.push({ id: String(record.id), text, vector: record.vector });
        yield record;
      }
    },
  };
}

/** What whoever embeds elsewhere passes on as it was. */
const kept = ['runId', 'inputHash', 'totalCount', 'chunking', 'lexical', 'sources'] as const;

function assertSameRun(sent: VectorsFileHeader, { header, files }: VectorsRun): void {
  const [{ path } = { path: '' }] = files;
  const no = (what: string): QdxError =>
    new QdxError('verification', `${path} is not what was sent for run ${sent.runId}: ${what}`, {
      hint: 'fetch the output of this run again',
      details: { path, runId: sent.runId },
    });
  if (header.kind !== 'vectors') throw no('it holds no vectors');
  for (const key of kept)
    if (!isDeepStrictEqual(header[key], sent[key]))
      throw no(`its ${key} is ${JSON.stringify(header[key])}, not ${JSON.stringify(sent[key])}`);
  if (!sameSpace(header.model, sent.model)) throw no(describeSpaceDifference(header.model, sent.model));
}

interface Pair {
  readonly text: string;
  readonly record: VectorRecord;
}

async function* inOrder(
  { chunks, run }: { readonly chunks: string; readonly run: VectorsRun },
  signal: AbortSignal | undefined,
): AsyncGenerator<Pair, void, undefined> {
  const options = signal ? { signal } : {};
  const readers = run.files.map(({ path }) => readRecords(path, options));
  const { shards, model } = run.header;
  for await (const sent of readRecords(chunks, options)) {
    if ('reason' in sent) throw new QdxError('verification', `${chunks} line ${sent.line}: ${sent.reason}`);
    const reader = readers[shardOf(sent.id, shards) - 1];
    const back = await reader?.next();
    yield { text: sent.text ?? '', record: matched(sent, back?.done === false ? back.value : null, model.normalize) };
  }
  // To their footers: only then is it known that nothing stands behind the last record that was asked for.
  for (const reader of readers) {
    const { done, value } = await reader.next();
    if (!done) throw new QdxError('verification', `${value.file} line ${value.line}: nobody sent this record`);
  }
}

type SentRecord = Exclude<ReadRecord, { readonly reason: string }>;

function matched(sent: SentRecord, back: ReadRecord | null, isNormal: boolean): VectorRecord {
  if (!back) throw new QdxError('verification', `record ${String(sent.id)} did not come back`);
  const no = (what: string): QdxError => new QdxError('verification', `${back.file} line ${back.line}: ${what}`);
  if ('reason' in back) throw no(back.reason);
  if (String(back.id) !== String(sent.id))
    throw no(`record ${String(back.id)} stands where ${String(sent.id)} was sent`);
  if (!isDeepStrictEqual(back.payload, sent.payload)) throw no(`the payload of ${String(sent.id)} was changed`);
  if (!isDeepStrictEqual(back.vectors, sent.vectors)) throw no(`the terms of ${String(sent.id)} were changed`);
  const norm = Math.hypot(...(back.vector ?? []));
  if (isNormal && Math.abs(norm - 1) > normTolerance) throw no(`its vector has the length ${norm.toFixed(4)}, not 1`);
  const { id, payload, vector, vectors } = back;
  return { id, payload, ...(vector && { vector }), ...(vectors && { vectors }) };
}
