import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../../src/core/corpus/chunk.ts';
import { spoolChunks } from '../../../src/core/embed/spool.ts';
import { machineId } from '../../../src/lib/processes.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const chunk = (n: number, changes: Partial<Chunk['payload']> = {}): Chunk => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  text: `text ${n}`,
  tokenCount: n,
  payload: {
    content: `text ${n}\u2028`,
    source: 'docs',
    source_path: `file-${n % 3}.md`,
    source_file: `file-${n % 3}.md`,
    subdirectory: '',
    start_line: n,
    end_line: n,
    language: 'markdown',
    content_hash: 'x',
    big: 18_446_744_073_709_551_615n,
    ...changes,
  },
});
async function* from(chunks: Iterable<Chunk>): AsyncGenerator<Chunk> {
  yield* chunks;
}
async function all(chunks: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const list: Chunk[] = [];
  for await (const one of chunks) list.push(one);
  return list;
}
const chunks = Array.from({ length: 20 }, (_, n) => chunk(n));
const spool = (folder: string, shard = 1, shards = 1, given = chunks) =>
  spoolChunks(from(given), { folder, shard: { shard, shards } });

describe('spool', () => {
  test('gives the chunks back as they were, again and again, and knows what they are', async () => {
    const folder = temporaryFolder();
    const made = await spool(folder);
    expect(await all(made.chunks('run'))).toEqual(chunks);
    expect(await all(made.chunks('shard'))).toEqual(chunks);
    expect(made).toMatchObject({ count: 20, totalCount: 20, tokenCount: 190 });
    expect([made.ids.has(chunk(3).id), made.ids.has(chunk(99).id)]).toEqual([true, false]);
    await made.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('shards share the input hash and cover everything once', async () => {
    const made = await Promise.all([1, 2, 3].map((shard) => spool(temporaryFolder(), shard, 3)));
    expect(new Set(made.map(({ inputHash }) => inputHash)).size).toBe(1);
    const ids = (await Promise.all(made.map((one) => all(one.chunks('shard'))))).flat().map(({ id }) => id);
    expect(ids.toSorted()).toEqual(chunks.map(({ id }) => id));
  });

  test.each([
    ['another text', chunks.map((one, n) => (n === 4 ? { ...one, text: 'other' } : one))],
    ['another order', chunks.toReversed()],
    ['one less', chunks.slice(1)],
  ])('the input hash tells: %s', async (_title, other) => {
    const [a, b] = await Promise.all([spool(temporaryFolder()), spool(temporaryFolder(), 1, 1, other)]);
    expect(a.inputHash).not.toBe(b.inputHash);
  });

  test('two chunks of one id are refused, and nothing is left behind', async () => {
    const folder = temporaryFolder();
    await expect(spool(folder, 1, 1, [chunk(1), chunk(1)])).rejects.toMatchObject({ kind: 'usage' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a spool of another machine or container on the same folder stays, whatever its process number', async () => {
    const folder = temporaryFolder();
    const other = 'chunks-ffffffffffff.4194304.0123456789ab.scratch';
    writeFileSync(join(folder, other), 'in use');
    await (await spool(folder)).remove();
    expect(readdirSync(folder)).toEqual([other]);
  });

  test.skipIf(machineId() === null)('what a process of this machine that died left there is removed', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, `chunks-${machineId()}.4194304.0123456789ab.scratch`), 'left');
    const made = await spool(folder);
    expect(readdirSync(folder)).toHaveLength(1);
    await made.remove();
  });

  test('goes to the temporary folder where its own cannot be written', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const made = await spool(join(file, 'spool'));
    expect(await all(made.chunks('run'))).toHaveLength(20);
    await made.remove();
  });
});
