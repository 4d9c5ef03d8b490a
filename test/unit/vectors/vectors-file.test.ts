import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHeader, readRecords } from '../../../src/core/vectors/read-file.ts';
import type { VectorRecord } from '../../../src/core/vectors/record.ts';
import { openVectorsRun, readRun } from '../../../src/core/vectors/run-files.ts';
import { writeVectorsFile } from '../../../src/core/vectors/write-file.ts';
import { machineId } from '../../../src/lib/processes.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { collect, header, record, recordsOf, stream, uuid, write } from '../../helpers/vectors-file.ts';

describe('vectors file', () => {
  // Beyond 2^53 a double that is an integer comes back as the bigint it is.
  const finite = fc.float({ noNaN: true, min: -1_000_000_000, max: 1_000_000_000 });
  const anyRecord = fc.record({
    id: fc.oneof(fc.uuid(), fc.bigInt({ min: 0n, max: 18_446_744_073_709_551_615n })),
    vector: fc.float32Array({ minLength: 4, maxLength: 4, noNaN: true, noDefaultInfinity: true }),
    payload: fc.dictionary(
      fc.string(),
      fc.oneof(
        fc.string({ unit: 'binary' }),
        finite,
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
        fc.constant(null),
      ),
    ),
    vectors: fc.constant({ bm25: { indices: [0, 4_294_967_295], values: [0.5, 1.25] } }),
  });

  test.each(['numbers', 'base64'] as const)('whatever is written is read back, bit for bit: %s', async (format) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { maxLength: 5 }), async (written) => {
        const path = await write(written, {}, format);
        const read = await recordsOf(path);
        // A dictionary may come without a prototype, and -0 of a payload is JSON's 0.
        expect(JSON.parse(JSON.stringify(read, plain))).toEqual(JSON.parse(JSON.stringify(written, plain)));
        expect(read.map((one) => bits((one as VectorRecord).vector))).toEqual(written.map((one) => bits(one.vector)));
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['0', 0n],
    ['42', 42n],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['18446744073709551615', 18_446_744_073_709_551_615n],
    [`"${uuid(7)}"`, uuid(7)],
    [`"${uuid(7).replaceAll('-', '')}"`, uuid(7)],
    [`"urn:uuid:${uuid(7)}"`, uuid(7)],
    [`"{${uuid(7)}}"`, uuid(7)],
  ])('F20: id %s of a plain line is exact', async (text, id) => {
    const path = join(temporaryFolder(), 'plain.jsonl');
    writeFileSync(path, `{"id":${text},"vector":[1,2,3,4],"payload":{}}\n`);
    expect(await readHeader(path)).toBeNull();
    expect(await recordsOf(path, { dimension: 4 })).toMatchObject([{ id }]);
  });

  test.each([
    ['{"id":-1,"vector":[1],"payload":{}}', 'it is negative'],
    ['{"id":1.5,"vector":[1],"payload":{}}', 'it is not an integer'],
    ['{"id":"abc","vector":[1],"payload":{}}', 'neither an unsigned integer nor a UUID'],
    ['{"id":18446744073709551616,"vector":[1]}', 'it is above'],
    ['{"vector":[1],"payload":{}}', 'it has no "id"'],
    ['{"id":1,"payload":{}}', 'it has no "vector" and no "vectorB64"'],
    ['{"id":1,"vector":[],"payload":{}}', 'its vector is empty'],
    ['{"id":1,"vector":[1,2]}', 'its vector has 2 dimensions where the model gives 1'],
    ['{"id":1,"payload":{},"vector":[null]}', 'component 0 of the vector is no finite float32'],
    ['{"id":1,"vector":[NaN]}', 'component 0 of the vector is no number'],
    ['{"id":1,"vectorB64":"AACAPw"}', 'no base64 of little-endian float32'],
    ['{"id":1,"vectorB64":"AACA!w=="}', 'no base64 of little-endian float32'],
    ['{"id":1,"vector":[1],"payload":[]}', '"payload" is no object'],
    ['{"id":1,"vector":[1],"vectors":{"bm25":{"indices":[1],"values":[]}}}', 'vector "bm25" is not'],
    ['{"id":1,"vector":[1]', 'it is no JSON'],
    ['[1]', 'it is no JSON object'],
    ['', 'it is no JSON'],
  ])('a bad line is named and the next one is read: %s', async (text, reason) => {
    const path = join(temporaryFolder(), 'plain.jsonl');
    writeFileSync(path, `{"id":9,"vector":[1]}\n${text || '\u0000'}\n{"id":10,"vector":[2]}\n`);
    const read = await collect(readRecords(path, { dimension: 1 }));
    expect(read.map(({ line }) => line)).toEqual([1, 2, 3]);
    expect(read[1]).toMatchObject({ reason: expect.stringContaining(reason) });
    expect(read[2]).toMatchObject({ id: 10n });
  });

  test('--id-hash makes ids of what is none and keeps the original', async () => {
    const path = join(temporaryFolder(), 'plain.jsonl');
    writeFileSync(path, '{"id":"abc","vector":[1]}\n{"id":5,"vector":[1]}\n');
    const [hashed, kept] = (await recordsOf(path, { hashIds: true })) as VectorRecord[];
    expect(hashed).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/), payload: { source_id: 'abc' } });
    expect(kept).toMatchObject({ id: 5n, payload: {} });
  });

  test.each([
    ['as another writer spaces it', '{ "id": 1, "vector": [1.0, -2.5e0, 3], "payload": {"a": [1]} }'],
    ['with the vector last', '{"payload":{"a":[1]},"id":1,"vector":[1,-2.5,3]}'],
    ['in base64', '{"id":1,"payload":{"a":[1]},"vectorB64":"AACAPwAAIMAAAEBA"}'],
  ])('a record is read %s', async (_title, text) => {
    const path = join(temporaryFolder(), 'plain.jsonl');
    writeFileSync(path, text);
    expect(await recordsOf(path)).toEqual([{ id: 1n, vector: Float32Array.from([1, -2.5, 3]), payload: { a: [1] } }]);
  });

  test('chunks files carry text, and bm25, and no vector', async () => {
    const chunk = {
      id: uuid(1),
      text: 'to embed',
      payload: { content: 'c' },
      vectors: { bm25: { indices: [1], values: [2] } },
    };
    const path = await write([chunk], { kind: 'chunks' });
    expect(await recordsOf(path)).toEqual([chunk]);
  });

  test('token vectors have their place', async () => {
    const tokenVectors = { rows: 2, window: 4, encoding: 'sign', space: 'ab', data: 'AAA=' } as const;
    const path = await write([record(1, { tokenVectors })]);
    expect(await recordsOf(path)).toMatchObject([{ tokenVectors }]);
  });

  test('nothing lies under the name before all is written, nor after a failure', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'v.jsonl');
    async function* failing() {
      yield record(1);
      expect(existsSync(path)).toBe(false);
      throw new Error('the model died');
    }
    await expect(writeVectorsFile(path, header(), failing(), { format: 'numbers' })).rejects.toThrow('the model died');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('fewer records than announced are a failure in words, unless they are counted as rejected', async () => {
    const path = join(temporaryFolder(), 'v.jsonl');
    const write = (rejected: number) =>
      writeVectorsFile(path, header({ count: 2, totalCount: 2 }), stream([record(1)]), {
        format: 'numbers',
        rejected: () => rejected,
      });
    await expect(write(0)).rejects.toMatchObject({
      kind: 'verification',
      message: 'the header announces 2 records and 1 came',
    });
    expect(await write(1)).toMatchObject({ count: 1 });
    expect((await openVectorsRun([path])).files[0]?.footer).toMatchObject({ count: 1, rejected: 1 });
  });

  test.skipIf(machineId() === null)('what a writer that died left behind goes with the next one', async () => {
    const path = await write([record(1)]);
    writeFileSync(`${path}.${machineId()}.4194304.0123456789ab.partial`, 'half a file');
    await writeVectorsFile(path, header({ count: 1, totalCount: 1 }), stream([record(2)]), { format: 'numbers' });
    expect(readdirSync(join(path, '..'))).toEqual(['v.jsonl']);
  });

  test('a folder that is not there is one sentence', async () => {
    const path = join(temporaryFolder(), 'no', 'v.jsonl');
    await expect(writeVectorsFile(path, header(), stream([]), { format: 'numbers' })).rejects.toMatchObject({
      kind: 'notFound',
      message: `cannot write ${path}: its folder does not exist`,
    });
  });
});

test('the example of docs/vectors-file.md is a vectors file', async () => {
  const docs = readFileSync(new URL('../../../docs/vectors-file.md', import.meta.url), 'utf8');
  const example = /<!-- example -->\n```jsonl\n([\s\S]*?)```/.exec(docs)?.[1] ?? '';
  const path = join(temporaryFolder(), 'example.jsonl');
  writeFileSync(path, example);
  const run = await openVectorsRun([path]);
  const read = await collect(readRun(run));
  expect(read.map((line) => 'id' in line && line.id)).toEqual([
    '3b241101-e2bb-5255-8caf-4136c566a962',
    18_446_744_073_709_551_615n,
  ]);
  expect(read.map((line) => 'vector' in line && [...(line.vector ?? [])])).toEqual([
    [0.5, -0.5, 0.5, -0.5],
    [0.5, -0.5, 0.5, -0.5],
  ]);
});

const bits = (vector: Float32Array | undefined): number[] => [
  ...new Uint32Array(Float32Array.from(vector ?? []).buffer),
];
const plain = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Float32Array) return bits(value);
  return value;
};
