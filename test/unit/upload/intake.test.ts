/**
 * Duplicates against a server that refuses some of the points: which refusals come when is decided here, as no real server
 * lets itself be told. The requests are the ones of an upload, with what stands in the collection kept as it would be.
 */
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/lib/json.ts';
import { QdxError } from '../../../src/lib/errors.ts';
import type { Connection, RequestOptions } from '../../../src/core/qdrant/connection/connection.ts';
import { createBatchBuilder } from '../../../src/core/qdrant/upload/batch.ts';
import { createDoubledKeyLog } from '../../../src/core/qdrant/upload/doubled-keys.ts';
import { feed } from '../../../src/core/qdrant/upload/feed.ts';
import { createIntake } from '../../../src/core/qdrant/upload/intake.ts';
import { createRejectLog } from '../../../src/core/qdrant/upload/rejects.ts';
import { createSender } from '../../../src/core/qdrant/upload/sender.ts';
import { fromList, testRecord, uuidOf } from '../../helpers/collection-card.ts';

interface Point {
  readonly id: string;
  readonly payload: { readonly content: string };
}

const refusedContent = /^bad/;

/** Earlier requests take longer, so that order is kept by the uploader or not at all. */
function startCollection() {
  const stored = new Map<string, string>();
  let requests = 0;
  let open = 0;
  const request = async (_method: string, _path: string, { body }: RequestOptions = {}): Promise<unknown> => {
    requests++;
    const { points } = parseJson(body as Buffer) as { points: Point[] };
    const turns = open++ === 0 ? 20 : 1;
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    open--;
    if (points.some(({ payload }) => refusedContent.test(payload.content)))
      throw new QdxError('failed', 'no such thing', { details: { status: 400 } });
    for (const { id, payload } of points) stored.set(id, payload.content);
    return { status: 'completed' };
  };
  return {
    connection: { request } as unknown as Connection,
    stored,
    get requests() {
      return requests;
    },
  };
}

interface Setting {
  readonly onDuplicate: 'first' | 'last' | 'error';
  readonly batchSize?: number;
  readonly batchBytes?: number;
}

async function upload(
  records: readonly object[],
  { onDuplicate, batchSize = 256, batchBytes = 8e6 }: Setting,
  collection = startCollection(),
) {
  const rejects = createRejectLog();
  const doubledKeys = createDoubledKeyLog();
  const intake = createIntake({ dimension: 4, distance: 'Cosine', onDuplicate, rejects, doubledKeys });
  const limits = { points: batchSize, bytes: batchBytes };
  const sender = createSender({
    connection: collection.connection,
    physical: 'c',
    limits,
    parallel: 4,
    onReject: (point, reason) => intake.refused(point, reason),
    onConfirmed: () => {},
  });
  const builder = createBatchBuilder({
    vectorName: 'dense',
    sparseName: null,
    tokenVectorsKey: null,
    exactVectors: true,
  });
  await feed(fromList(records as never[]), { builder, intake, sender, limits });
  const points = [...intake.acceptedIds()];
  expect(new Set(points), 'what is read back is what is there').toEqual(new Set(collection.stored.keys()));
  expect(points.length + intake.duplicates + rejects.count, 'every record is counted once').toBe(intake.read);
  return {
    stored: collection.stored,
    requests: collection.requests,
    rejected: rejects.count,
    duplicates: intake.duplicates,
  };
}

const deep: Record<string, unknown> = {};
for (let inner = deep, level = 0; level < 200_000; level++) inner = inner['a'] = {} as Record<string, unknown>;

/** `a:text`, one a record; the text `deep` cannot be written, one that begins with `bad` is refused by the server. */
const recordsOf = (texts: string) =>
  texts.split(' ').map((item, index) => {
    const [name = '', content = ''] = item.split(':');
    const payload = content === 'deep' ? { content, deep } : { content };
    return { ...testRecord(index), id: uuidOf(name.charCodeAt(0)), payload, line: index + 1 };
  });

type Row = readonly [string, Setting['onDuplicate'], string, rejected: number, duplicates: number];
const rows: readonly Row[] = [
  ['a:1 b:1 a:2', 'first', 'a:1 b:1', 0, 1],
  ['a:1 b:1 a:2', 'last', 'a:2 b:1', 0, 1],
  ['a:deep b:1 a:2', 'first', 'a:2 b:1', 1, 0],
  ['a:deep b:1 a:2', 'last', 'a:2 b:1', 1, 0],
  ['a:deep b:1 a:2', 'error', 'a:2 b:1', 1, 0],
  ['a:1 b:1 a:deep', 'last', 'a:1 b:1', 1, 0],
  ['a:bad b:1 a:2', 'first', 'a:2 b:1', 1, 0],
  ['a:bad b:1 a:2 a:3', 'first', 'a:2 b:1', 1, 1],
  ['a:bad1 b:1 a:bad2 a:3', 'first', 'a:3 b:1', 2, 0],
  ['a:bad b:1 a:2', 'last', 'a:2 b:1', 1, 0],
  ['a:1 b:1 a:bad', 'last', 'a:1 b:1', 1, 0],
  ['a:1 b:1 a:bad a:3', 'last', 'a:3 b:1', 1, 1],
  ['a:bad1 b:1 a:bad2', 'last', 'b:1', 2, 0],
  ['a:bad1 b:1 a:bad2', 'first', 'b:1', 2, 0],
];
const cases = rows.flatMap((row) => [1, 2, 3, 256].map((batchSize) => [...row, batchSize] as const));
test.each(cases)('%s under %s leaves %s (rejected %i, duplicates %i) in batches of %i', async (...row) => {
  const [input, onDuplicate, left, rejected, duplicates, batchSize] = row;
  const result = await upload(recordsOf(`${input} z:1`), { onDuplicate, batchSize });
  const expected = recordsOf(`${left} z:1`).map(({ id, payload }) => [id, payload.content]);
  expect(result.stored).toEqual(new Map(expected as [string, string][]));
  expect(result).toMatchObject({ rejected, duplicates });
});

test('the later record wins also where its batch was closed for its size', async () => {
  const large = 'x'.repeat(600);
  const { stored } = await upload(recordsOf(`b:1 a:1 a:2${large}`), { onDuplicate: 'last', batchBytes: 700 });
  expect(stored.get(uuidOf('a'.charCodeAt(0)))).toBe(`2${large}`);
});

describe('a server that refuses', () => {
  test('every point: its words, after a handful of requests', async () => {
    const all = Array.from({ length: 256 }, (_, index) => ({ ...testRecord(index), payload: { content: 'bad' } }));
    const collection = startCollection();
    await expect(upload(all, { onDuplicate: 'error' }, collection)).rejects.toThrow('no such thing');
    expect(collection.requests).toBe(4);
  });
  test('one of many: it alone is rejected', async () => {
    const some = Array.from({ length: 256 }, (_, index) => ({
      ...testRecord(index),
      payload: { content: index === 0 ? 'bad' : 'good' },
    }));
    const { rejected, requests } = await upload(some, { onDuplicate: 'error' });
    expect(rejected).toBe(1);
    expect(requests).toBeLessThan(25);
  });
});
