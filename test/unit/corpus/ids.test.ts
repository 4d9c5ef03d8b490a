import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunkId, idNamespace, parsePointId } from '../../../src/core/corpus/ids.ts';
import { uuidV5 } from '../../../src/lib/uuid.ts';
import { folderOf, readFolder, settings } from './support.ts';

const uuid = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

test('UUIDv5 as in RFC 9562, appendix A.4', () => {
  expect(uuidV5('www.example.com', uuid)).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('the namespace is the one of every release', () => {
  expect(idNamespace).toBe('c9bba321-dc41-49c2-af28-f396926de5f8');
  expect(chunkId({ source: 's', sourcePath: 'a/b.md', contentHash: 'ff', occurrence: 0 })).toBe(
    uuidV5('["s","a/b.md","ff",0]', idNamespace),
  );
});

describe("F20: users' own ids", () => {
  test.each<[id: unknown, parsed: string | bigint]>([
    [0, 0n],
    [42, 42n],
    [2 ** 53 - 1, 9007199254740991n],
    [18446744073709551615n, 18446744073709551615n],
    ['18446744073709551615', 18446744073709551615n],
    ['7', 7n],
    [uuid, uuid],
    [uuid.toUpperCase(), uuid],
    [uuid.replaceAll('-', ''), uuid],
    [`urn:uuid:${uuid}`, uuid],
    [`{${uuid}}`, uuid],
    ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000'],
  ])('%s passes', (id, parsed) => {
    expect(parsePointId(id)).toBe(parsed);
    expect(parsePointId(id, { hash: true })).toBe(parsed);
  });

  test.each<[id: unknown, why: string]>([
    [-1, 'it is negative'],
    [-0, 'it is negative'],
    [-1n, 'it is negative'],
    [1.5, 'it is not an integer'],
    [2 ** 53, 'it was rounded on reading'],
    [Number.NaN, 'it is not an integer'],
    [18446744073709551616n, 'it is above 18446744073709551615'],
    ['18446744073709551616', 'it is above 18446744073709551615'],
    ['007', 'has leading zeros'],
    ['doc-17', 'it is neither an unsigned integer nor a UUID'],
    ['', 'it is neither an unsigned integer nor a UUID'],
    [' 7', 'it is neither'],
    [`${uuid}0`, 'it is neither'],
    [uuid.replace('-', ''), 'it is neither'],
    [undefined, 'every point needs one'],
    [null, 'every point needs one'],
    [true, 'it is neither a number nor text'],
    [[1], 'it is neither a number nor text'],
  ])('%s is rejected, with the place and an example', (id, why) => {
    const parse = (): unknown => parsePointId(id, { where: 'in.jsonl line 3' });
    expect(parse).toThrow(why);
    expect(parse).toThrow(/^in\.jsonl line 3: /);
    expect(parse).toThrow(expect.objectContaining({ kind: 'usage', hint: expect.stringContaining('--id-hash') }));
  });

  test.each([['doc-17'], [' 7'], [-1], [1.5], [18446744073709551616n]])('%s is hashed on request', (id) => {
    const derived = parsePointId(id, { hash: true });
    expect(derived).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(parsePointId(id, { hash: true })).toBe(derived);
    expect(parsePointId(`${String(id)}x`, { hash: true })).not.toBe(derived);
  });

  test.each([[undefined], [null], [''], [2 ** 53], [{}]])('%s names nothing and is not hashed', (id) => {
    expect(() => parsePointId(id, { hash: true })).toThrow('is not a point id');
  });

  test('every u64 and every UUID passes unchanged', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 18446744073709551615n }), fc.uuid(), (integer, id) => {
        expect(parsePointId(integer)).toBe(integer);
        expect(parsePointId(String(integer))).toBe(integer);
        expect(parsePointId(id)).toBe(id);
      }),
    );
  });
});

describe('ids of chunks', () => {
  const sections = ['one', 'two', 'three', 'four'].map(
    (name) => `## ${name}\n\n${Array.from({ length: 30 }, (_, index) => `${name} ${index}`).join(' ')}\n\n`,
  );
  const ids = async (files: Record<string, string>): Promise<string[]> =>
    (await readFolder(await folderOf(files), { chunking: settings(100) })).chunks.map((chunk) => chunk.id);

  test('an edit changes the ids of the edited chunks alone', async () => {
    const before = await ids({ 'a.md': sections.join('') });
    const after = await ids({ 'a.md': sections.join('').replace('three 7', 'three seven') });
    expect(before).toHaveLength(4);
    expect(after.map((id, index) => id === before[index])).toEqual([true, true, false, true]);
  });

  test('lines put in before move the others but keep their ids', async () => {
    const before = await ids({ 'a.md': sections.join('') });
    const after = await ids({ 'a.md': ['## zero\n\n', 'zero '.repeat(60), '\n\n', ...sections].join('') });
    expect(after.slice(-4)).toEqual(before);
  });

  test('the same bytes elsewhere on disk keep their ids, in another file or source they get others', async () => {
    const text = sections.join('');
    expect(await ids({ 'd/a.md': text })).toEqual(await ids({ 'd/a.md': text }));
    const moved = await ids({ 'd/b.md': text });
    expect(moved.filter((id) => !new Set(moved).has(id) || id === '')).toEqual([]);
    expect(moved[0]).not.toBe((await ids({ 'd/a.md': text }))[0]);
    const root = await folderOf({ 'd/a.md': text });
    const other = await readFolder(root, { roots: [{ path: root, source: 'other' }], chunking: settings(100) });
    expect(other.chunks[0]?.id).not.toBe((await ids({ 'd/a.md': text }))[0]);
  });

  test('text that is repeated in a file gets an id for each occurrence', async () => {
    const all = await ids({ 'a.md': `${sections[0]}${sections[0]}${sections[0]}` });
    expect(all).toHaveLength(3);
    expect(new Set(all).size).toBe(3);
  });
});
