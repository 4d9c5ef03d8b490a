import { describe, expect, test } from 'vitest';
import type { ReaderOptions } from '../../../../src/core/corpus/readers/reader.ts';
import { folderOf, readFolder, settings } from '../support.ts';

/** `source id, lines, content` of every chunk of one file. */
async function records(name: string, content: string | Buffer, readers: ReaderOptions = {}): Promise<string[]> {
  const { chunks } = await readFolder(await folderOf({ [name]: content }), { readers });
  return chunks.map(
    ({ payload }) => `${payload.source_id ?? '-'} ${payload.start_line}-${payload.end_line} ${payload.content}`,
  );
}

describe('CSV', () => {
  test.each<[title: string, name: string, content: string, options: ReaderOptions['csv'], rows: string[]]>([
    ['every column, named', 'a.csv', 'a,b\n1,x\n2,y\n', {}, ['- 2-2 a: 1\nb: x', '- 3-3 a: 2\nb: y']],
    ['the column asked for', 'a.csv', 'id,t\n7,x\n', { textColumns: ['t'], idColumn: 'id' }, ['7 2-2 x']],
    ['an id column is no text', 'a.csv', 'id,t\n7,x\n', { idColumn: 'id' }, ['7 2-2 x']],
    ['empty values are left out', 'a.csv', 'a,b,c\n1,,3\n', {}, ['- 2-2 a: 1\nc: 3']],
    [
      'quotes, commas and line ends in a value',
      'a.csv',
      't,n\n"a, ""b""\nc",1\nd,2\n',
      { textColumns: ['t'] },
      ['- 2-3 a, "b"\nc', '- 4-4 d'],
    ],
    [
      'CRLF, blank lines, no last newline',
      'a.csv',
      't,n\r\na,1\r\n\r\n\r\nb,2',
      { textColumns: ['t'] },
      ['- 2-2 a', '- 5-5 b'],
    ],
    ['semicolons', 'a.csv', 'a;b\n1,5;x\n', {}, ['- 2-2 a: 1,5\nb: x']],
    ['tabs', 'a.tsv', 'a\tb\n1\tx, y\n', {}, ['- 2-2 a: 1\nb: x, y']],
    ['a delimiter of its own', 'a.csv', 'a#b\n1#x\n', { delimiter: '#' }, ['- 2-2 a: 1\nb: x']],
    ['a byte order mark', 'a.csv', '\uFEFFt\nx\n', { textColumns: ['t'] }, ['- 2-2 x']],
    ['rows of another length', 'a.csv', 'a,b\n1\n1,2,3\n', {}, ['- 2-2 a: 1', '- 3-3 a: 1\nb: 2']],
    [
      'an id beyond 2^53',
      'a.csv',
      'id,t\n18446744073709551615,x\n',
      { idColumn: 'id' },
      ['18446744073709551615 2-2 x'],
    ],
  ])('%s', async (_title, name, content, options, rows) => {
    expect(await records(name, content, { csv: options ?? {} })).toEqual(rows);
  });

  test('kept columns go into the payload, and never over its own keys', async () => {
    const root = await folderOf({ 'a.csv': 't,lang,source,__proto__\nx,en,evil,evil\n' });
    const csv = { textColumns: ['t'], keepColumns: ['lang', 'source', '__proto__'] };
    const { chunks } = await readFolder(root, { readers: { csv } });
    expect(chunks[0]?.payload).toMatchObject({ lang: 'en', source: 'docs', content: 'x' });
    expect(Object.getPrototypeOf(chunks[0]?.payload)).toBe(Object.prototype);
  });

  test('a column that is not there is named, with those there are', async () => {
    const root = await folderOf({ 'a.csv': 'a,b\n1,2\n' });
    await expect(readFolder(root, { readers: { csv: { textColumns: ['c'] } } })).rejects.toMatchObject({
      kind: 'usage',
      message: 'a.csv has no column "c"',
      hint: 'its columns are "a", "b"',
    });
  });

  test('rows without text and bytes that are not UTF-8 are counted', async () => {
    const root = await folderOf({
      'a.csv': 't,n\n,1\nx,2\n',
      'b.csv': Buffer.concat([Buffer.from('t\nx\n'), Buffer.from([0xff, 0x0a])]),
    });
    const { summary } = await readFolder(root, { readers: { csv: { textColumns: ['t'] } } });
    expect(summary.skipped.empty).toEqual({ count: 1, examples: ['a.csv:2'] });
    expect(summary.skipped.notUtf8?.count).toBe(1);
  });

  test('a row that is too long for one chunk is cut, all parts with its id and lines', async () => {
    const text = Array.from({ length: 300 }, (_, index) => `w${index}`).join(' ');
    const root = await folderOf({ 'a.csv': `id,t\n7,${text}\n` });
    const { chunks } = await readFolder(root, { readers: { csv: { idColumn: 'id' } }, chunking: settings(64) });
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.map(({ payload }) => payload.content).join('')).toBe(text);
    expect(new Set(chunks.map(({ payload }) => `${payload.source_id} ${payload.start_line}`))).toEqual(
      new Set(['7 2']),
    );
  });
});

describe('JSON lines', () => {
  test.each<[title: string, content: string, options: ReaderOptions['jsonl'], rows: string[]]>([
    ['text and id are found', '{"_id":"c0","title":"","text":"x"}\n', {}, ['c0 1-1 x']],
    [
      'fields asked for',
      '{"id":1,"key":"k","code":"x","text":"y"}\n',
      { textField: 'code', idField: 'key' },
      ['k 1-1 x'],
    ],
    ['ids are exact', '{"id":18446744073709551615,"text":"x"}\n', {}, ['18446744073709551615 1-1 x']],
    ['lines are counted with those left out', '\n{"text":"x"}\nbroken\n{"text":"y"}\n', {}, ['- 2-2 x', '- 4-4 y']],
  ])('%s', async (_title, content, options, rows) => {
    expect(await records('a.jsonl', content, { jsonl: options ?? {} })).toEqual(rows);
  });

  test('what is embedded of a record is its title and text, not the name of the file', async () => {
    const root = await folderOf({ 'a.jsonl': '{"title":"T","text":"x"}\n{"title":"","text":"y"}\n' });
    expect((await readFolder(root)).chunks.map((chunk) => chunk.text)).toEqual(['T\nx', 'y']);
  });

  test('F23, F24: lines that are no records are counted with line and reason; doubled keys are warned of', async () => {
    const root = await folderOf({
      'a.jsonl': '{"text":"x"}\n[1]\n{"text":5}\n{"text":" "}\n{"text":"y","text":"z","__proto__":{"a":1}}\n{"te',
    });
    const { chunks, summary, events } = await readFolder(root);
    expect(chunks.map(({ payload }) => payload.content)).toEqual(['x', 'z']);
    expect(summary.skipped.badRecord).toEqual({
      count: 3,
      examples: [
        'a.jsonl:2: it is no JSON object',
        'a.jsonl:3: no text in field "text"',
        expect.stringMatching(/^a\.jsonl:6: it is no JSON: .*cut off/),
      ],
    });
    expect(summary.skipped.empty).toEqual({ count: 1, examples: ['a.jsonl:4'] });
    expect(events.filter((event) => event.type === 'warning')).toEqual([
      { type: 'warning', message: 'a.jsonl:5: "text" given twice in one object, the last one counts' },
    ]);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  test('fields found by themselves are announced; a file without any is left out', async () => {
    const root = await folderOf({ 'a.jsonl': '{"id":1,"content":"x"}\n', 'b.jsonl': '{"vector":[1]}\n{"text":"x"}\n' });
    const { summary, events } = await readFolder(root);
    expect(events).toContainEqual({ type: 'note', message: 'a.jsonl: text from field "content", ids from "id"' });
    expect(summary.skipped).toEqual({ noTextField: { count: 1, examples: ['b.jsonl'] } });
  });

  test('kept fields keep their values, integers of 64 bits too', async () => {
    const root = await folderOf({ 'a.jsonl': '{"text":"x","n":13268943568923456789,"o":{"a":[1,null]},"drop":1}\n' });
    const { chunks } = await readFolder(root, { readers: { jsonl: { keepFields: ['n', 'o'] } } });
    expect(chunks[0]?.payload).toMatchObject({ n: 13268943568923456789n, o: { a: [1, null] } });
    expect(chunks[0]?.payload).not.toHaveProperty('drop');
  });
});
