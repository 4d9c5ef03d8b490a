import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verifyFile } from '../../../src/core/vectors/read-file.ts';
import type { VectorsFileHeader } from '../../../src/core/vectors/record.ts';
import { openVectorsRun, readRun } from '../../../src/core/vectors/run-files.ts';
import { modelCard } from '../../helpers/model-card.ts';
import { collect, record, recordsOf, uuid, write } from '../../helpers/vectors-file.ts';

describe('F25: a vectors file that came back wrong', () => {
  const mutations: readonly (readonly [string, (lines: string[]) => string[], string])[] = [
    ['no footer', (lines) => lines.slice(0, -1), 'it has no footer after 3 of 3 records'],
    ['cut in half', (lines) => [...lines.slice(0, 2), (lines[2] ?? '').slice(0, 20)], 'it has no footer'],
    ['a line missing', (lines) => [...lines.slice(0, 2), ...lines.slice(3)], 'it holds 2 records; its header says 3'],
    ['lines reordered', ([a = '', b = '', c = '', ...rest]) => [a, c, b, ...rest], 'its bytes are not those'],
    ['a line doubled', ([a = '', b = '', ...rest]) => [a, b, b, ...rest], 'it holds 4 records'],
    ['one digit changed', (lines) => lines.map((line) => line.replace('text 2', 'text 3')), 'its bytes are not those'],
    ['something behind the footer', (lines) => [...lines, '{}'], 'line 6 stands behind the footer'],
    [
      'a newer version',
      (lines) => lines.map((line) => line.replace('"version":1,"kind"', '"version":2,"kind"')),
      ' is version 2 of the vectors file format; this qdx reads up to 1',
    ],
    [
      'a header without a model',
      (lines) => lines.map((line) => line.replace('"model"', '"modell"')),
      'line 1: its header is wrong: model',
    ],
    [
      'a footer of another shape',
      (lines) => lines.map((line) => line.replace('"footer":true,"count":3', '"footer":true,"count":"3"')),
      'its footer is wrong',
    ],
  ];

  test.each(mutations)('%s', async (_title, mutate, message) => {
    const path = await write([record(1), record(2), record(3)]);
    writeFileSync(path, `${mutate(readFileSync(path, 'utf8').trimEnd().split('\n')).join('\n')}\n`);
    for (const read of [() => verifyFile(path), () => recordsOf(path)])
      await expect(read()).rejects.toMatchObject({ kind: 'verification', message: expect.stringContaining(message) });
  });

  test('every flipped bit is found', async () => {
    const path = await write([record(1)]);
    const bytes = readFileSync(path);
    for (let bit = 0; bit < bytes.length * 8; bit += 11) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, damaged);
      await expect(verifyFile(path)).rejects.toMatchObject({ name: 'QdxError' });
    }
  });

  async function shards(changes: readonly Partial<VectorsFileHeader>[]): Promise<string[]> {
    return Promise.all(
      changes.map((change, index) => write([record(index)], { totalCount: 3, shard: index + 1, shards: 3, ...change })),
    );
  }
  test('all shards of a run are one run, in any order', async () => {
    const paths = await shards([{}, {}, {}]);
    const run = await openVectorsRun(paths.toReversed());
    expect(run.header).toMatchObject({ runId: 'run-1', count: 3, totalCount: 3 });
    expect((await collect(readRun(run))).map((line) => 'id' in line && line.id)).toEqual([uuid(0), uuid(1), uuid(2)]);
  });

  test.each([
    ['a shard missing', [{}, {}], '1 of 3 shards are missing (3/3)'],
    ['two of one number', [{}, {}, { shard: 2 }], 'are both shard 2 of 3'],
    ['another run', [{}, {}, { runId: 'run-2' }], 'its run is run-2, there it is run-1'],
    ['another model', [{}, {}, { model: modelCard({ pooling: 'cls' }) }], 'its model is tiny'],
    ['another input', [{}, {}, { inputHash: 'e'.repeat(64) }], 'its input is eeee'],
    ['another kind', [{}, {}, { kind: 'chunks' as const }], 'its kind is chunks'],
    [
      'counts that do not add up',
      [{ totalCount: 9 }, { totalCount: 9 }, { totalCount: 9 }],
      'hold 3 records where the run has 9',
    ],
  ])('refused: %s', async (_title, changes, message) => {
    const paths = await Promise.all(
      changes.map((change, index) =>
        write([record(index, 'kind' in change ? { text: 'x' } : {})], {
          totalCount: 3,
          shard: index + 1,
          shards: 3,
          ...change,
        }),
      ),
    );
    await expect(openVectorsRun(paths)).rejects.toMatchObject({
      kind: 'verification',
      message: expect.stringContaining(message),
    });
  });

  test.each([
    ['a file that is not there', join('no', 'such.jsonl'), 'notFound'],
    ['a folder', '.', 'usage'],
  ])('%s', async (_title, path, kind) => {
    await expect(verifyFile(path)).rejects.toMatchObject({ kind });
  });
});
