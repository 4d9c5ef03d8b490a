/** What a reading says of files of an earlier run: gone is only what was looked for and is not there. */
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCorpus, type ReadCorpusParams } from '../../../src/core/corpus/read-corpus.ts';
import { folderOf, settings, wordTokenizer } from './support.ts';

async function presenceIn(root: string, more: Partial<ReadCorpusParams> = {}, onChunk = (): void => {}) {
  const reading = readCorpus({
    roots: [{ path: root, source: 'docs' }],
    include: [],
    exclude: [],
    maxFileBytes: 1000,
    includeSecrets: false,
    tokenizer: wordTokenizer,
    chunking: settings(128),
    ...more,
  });
  for await (const _ of reading.chunks) onChunk();
  return (place: string, source = 'docs') => reading.presence.of(source, place);
}

const isRoot = process.getuid?.() === 0;

describe('below a folder', () => {
  test('a file is read, also an empty one and one of blank rows; gone, if nothing is there', async () => {
    const root = await folderOf({ 'a.md': 'a', 'b/empty.md': '', 'rows.csv': 'a,b\n,\n' });
    const of = await presenceIn(root);
    expect(['a.md', 'b/empty.md', 'rows.csv', 'c.md', 'b/c.md', 'd/e/f.md'].map((place) => of(place))).toEqual([
      'read',
      'read',
      'read',
      'gone',
      'gone',
      'gone',
    ]);
    expect(of('a.md', 'other')).toBe('unasked');
  });

  test.each<[string, Record<string, string | Buffer>, string, string, Partial<ReadCorpusParams>?]>([
    ['too large', { 'a.md': 'x'.repeat(2000) }, 'a.md', 'unread'],
    ['not UTF-8', { 'a.md': Buffer.from([0x61, 0xff]) }, 'a.md', 'unread'],
    ['with a record that is broken', { 'a.jsonl': '{"text":"x"}\n{"te' }, 'a.jsonl', 'unread'],
    ['binary now', { 'a.md': 'a\0b' }, 'a.md', 'leftOut'],
    ['ignored', { '.gitignore': 'a.md\n', 'a.md': 'a' }, 'a.md', 'leftOut'],
    ['in an ignored folder', { '.gitignore': 'b/\n', 'b/c/a.md': 'a' }, 'b/c/a.md', 'leftOut'],
    ['excluded', { 'a.md': 'a' }, 'a.md', 'leftOut', { exclude: ['a.md'] }],
    ['in an excluded folder', { 'b/c/a.md': 'a' }, 'b/c/a.md', 'leftOut', { exclude: ['b'] }],
    ['not included', { 'a.md': 'a' }, 'a.md', 'leftOut', { include: ['*.txt'] }],
    ['a secret', { '.env': 'A=1' }, '.env', 'leftOut'],
    ['of a dependency', { 'node_modules/x/a.md': 'a' }, 'node_modules/x/a.md', 'leftOut'],
  ])('a file that is %s', async (_title, files, place, presence, more) => {
    const of = await presenceIn(await folderOf({ ...files, 'z.md': 'z' }), more);
    expect([of(place), of('z.md'), of('gone.md')]).toEqual([presence, more?.include ? 'leftOut' : 'read', 'gone']);
  });

  test('what links led to is left out, itself and all below', async () => {
    const root = await folderOf({ 'a.md': 'a' });
    symlinkSync(await folderOf({ 'b.md': 'b' }), path.join(root, 'link'));
    const of = await presenceIn(root);
    expect([of('link'), of('link/b.md')]).toEqual(['leftOut', 'leftOut']);
  });

  test('all below a folder that vanishes while it is walked is unread', async () => {
    const root = await folderOf({ 'a.md': 'a', 'b/c.md': 'c', 'd.md': 'd' });
    const of = await presenceIn(root, {}, () => rmSync(path.join(root, 'b'), { recursive: true, force: true }));
    expect([of('b/c.md'), of('d.md')]).toEqual(['unread', 'read']);
  });

  test.skipIf(!existsSync('/proc/self/mem'))('a file that cannot be read (EIO, Linux only) is unread', async () => {
    const root = await folderOf({ 'a.md': 'a' });
    for (const name of ['b.md', 'c.csv', 'd.jsonl']) symlinkSync('/proc/self/mem', path.join(root, name));
    const of = await presenceIn(root, { followLinks: true });
    expect(['a.md', 'b.md', 'c.csv', 'd.jsonl'].map((place) => of(place))).toEqual([
      'read',
      'unread',
      'unread',
      'unread',
    ]);
  });

  test.skipIf(isRoot)('all below a folder that cannot be read is unread, and a file that cannot be', async () => {
    const root = await folderOf({ 'a.md': 'a', 'closed/b.md': 'b', 'c.md': 'c', 'd.jsonl': '{"text":"d"}\n' });
    for (const name of ['closed', 'c.md', 'd.jsonl']) chmodSync(path.join(root, name), 0);
    const of = await presenceIn(root);
    chmodSync(path.join(root, 'closed'), 0o700);
    const places = ['a.md', 'closed/b.md', 'closed/gone.md', 'c.md', 'd.jsonl', 'gone.md'];
    expect(places.map((place) => of(place))).toEqual(['read', 'unread', 'unread', 'unread', 'unread', 'gone']);
  });
});

describe('of files that are named', () => {
  test('nothing beside them is known', async () => {
    const root = await folderOf({ 'a.md': 'a', 'b.md': 'b' });
    const of = await presenceIn(root, { roots: [{ path: path.join(root, 'a.md'), source: 'docs' }] });
    expect([of('a.md'), of('b.md'), of('gone.md')]).toEqual(['read', 'unasked', 'unasked']);
  });

  test('also in a folder that excludes them, they are read', async () => {
    const root = await folderOf({ 'a.md': 'a', 'b.md': 'b' });
    const roots = [root, path.join(root, 'a.md')].map((one) => ({ path: one, source: 'docs' }));
    const of = await presenceIn(root, { roots, exclude: ['a.md'] });
    expect([of('a.md'), of('b.md'), of('gone.md')]).toEqual(['read', 'read', 'gone']);
  });
});

test('a folder that becomes a file takes what was below with it', async () => {
  const root = await folderOf({});
  mkdirSync(path.join(root, 'x'));
  writeFileSync(path.join(root, 'y'), 'text');
  const of = await presenceIn(root);
  expect([of('x/a.md'), of('y/a.md')]).toEqual(['gone', 'gone']);
});
