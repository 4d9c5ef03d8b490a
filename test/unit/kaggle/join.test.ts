/**
 * F25: what comes back is joined with what was sent by run, hash and id; nothing of it is taken before all of it is there.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { joinHandBack } from '../../../src/core/kaggle/join.ts';
import type { VectorRecord, VectorsFileHeader } from '../../../src/core/vectors/record.ts';
import { shardOf } from '../../../src/core/vectors/shard.ts';
import { writeVectorsFile } from '../../../src/core/vectors/write-file.ts';
import { modelCard } from '../../helpers/model-card.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { header, stream, uuid } from '../../helpers/vectors-file.ts';

const total = 12;
const ids = Array.from({ length: total }, (_, n) => uuid(n));
const terms = { bm25: { indices: [7], values: [1.5] } };
const payload = (id: string) => ({ content: `text of ${id}`, source: 'docs', count: 18446744073709551615n });
const chunk = (id: string): VectorRecord => ({ id, text: `text of ${id}`, payload: payload(id), vectors: terms });
const back = (id: string): VectorRecord => ({
  id,
  vector: Float32Array.from([0.5, -0.5, 0.5, -0.5]),
  payload: payload(id),
  vectors: terms,
});

interface Spoilt {
  /** Records of shard 1. */
  readonly records?: (records: readonly VectorRecord[]) => readonly VectorRecord[];
  readonly header?: Partial<VectorsFileHeader>;
  /** Header of shard 1 alone. */
  readonly first?: Partial<VectorsFileHeader>;
  readonly bytes?: (bytes: Buffer) => Buffer;
  readonly files?: (files: readonly string[]) => readonly string[];
}

async function handBack({ records = (all) => all, files = (all) => all, ...spoilt }: Spoilt) {
  const folder = temporaryFolder('hand-back');
  const write = async (name: string, changes: Partial<VectorsFileHeader>, all: readonly VectorRecord[]) => {
    const path = join(folder, name);
    await writeVectorsFile(path, header({ totalCount: total, ...changes, count: all.length }), stream(all), {
      format: 'numbers',
    });
    return path;
  };
  const chunks = await write('chunks.jsonl', { kind: 'chunks' }, ids.map(chunk));
  const shards: string[] = [];
  for (const shard of [1, 2]) {
    const own = ids.filter((id) => shardOf(id, 2) === shard).map(back);
    const changes = { shard, shards: 2, ...spoilt.header, ...(shard === 1 && spoilt.first) };
    shards.push(await write(`${shard}.jsonl`, changes, shard === 1 ? records(own) : own));
  }
  const [first = ''] = shards;
  if (spoilt.bytes) writeFileSync(first, spoilt.bytes(readFileSync(first)));
  const joined = await joinHandBack({ chunks, shards: files(shards) });
  const taken: VectorRecord[] = [];
  for await (const record of joined.records()) taken.push(record);
  return { joined, taken };
}

test('whole files give every record, in the order in which it was sent, as one file of the run', async () => {
  const weights = { file: 'model.safetensors', sha256: null, dtype: 'fp16' } as const;
  const { joined, taken } = await handBack({ header: { model: modelCard(weights) }, files: (all) => all.toReversed() });
  expect(taken.map(({ id }) => id)).toEqual(ids);
  expect(taken[0]).toEqual(back(uuid(0)));
  expect(joined.header).toMatchObject({ shard: 1, shards: 1, count: total, model: weights });
  expect(joined.samples).toHaveLength(total);
  expect(joined.samples[3]).toMatchObject({ id: uuid(3), text: `text of ${uuid(3)}` });
});

test.for<[string, Spoilt, string]>([
  ['a shard is missing', { files: ([first = '']) => [first] }, '1 of 2 shards are missing (2/2)'],
  ['a shard comes twice', { files: ([first = '']) => [first, first] }, 'are both shard 1 of 2'],
  ['a record is missing', { records: (all) => all.slice(1) }, 'hold 11 records where the run has 12'],
  [
    'a record comes twice in the place of another',
    { records: ([first, , ...rest]) => [first, first, ...rest].filter((each) => each !== undefined) },
    'stands where',
  ],
  ['records are in another order', { records: (all) => all.toReversed() }, 'stands where'],
  ['the file is cut off', { bytes: (bytes) => bytes.subarray(0, bytes.length - 150) }, 'no complete vectors file'],
  ['a byte was changed', { bytes: (bytes) => bytes.fill('X', 2000, 2001) }, 'no complete vectors file'],
  ['another run', { header: { runId: 'other' } }, 'its runId is "other", not "run-1"'],
  ['one file of another run', { first: { runId: 'other' } }, 'does not belong to'],
  ['another input', { header: { inputHash: 'e'.repeat(64) } }, 'its inputHash is'],
  ['another model', { header: { model: modelCard({ repository: 'x/y' }) } }, 'repository "x/y" against'],
  ['another pooling', { header: { model: modelCard({ pooling: 'cls' }) } }, 'pooling "cls" against "mean"'],
  ['other prefixes', { header: { model: modelCard({ documentPrefix: 'q: ' }) } }, 'documentPrefix "q: " against'],
  ['other sources', { header: { sources: ['x'] } }, 'its sources is'],
  [
    'a payload was changed',
    { records: (all) => all.map((each) => ({ ...each, payload: { ...each.payload, source: 'x' } })) },
    'the payload of',
  ],
  [
    'terms were lost',
    { records: (all) => all.map(({ id, vector, payload }) => ({ id, payload, ...(vector && { vector }) })) },
    'the terms of',
  ],
  [
    'a vector has another length',
    { records: (all) => all.map((each) => ({ ...each, vector: Float32Array.from([2, 0, 0, 0]) })) },
    'its vector has the length 2.0000, not 1',
  ],
])('F25: %s', async ([, spoilt, says]) => {
  await expect(handBack(spoilt)).rejects.toMatchObject({
    kind: 'verification',
    message: expect.stringContaining(says) as unknown,
  });
});
