import { open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/lib/json.ts';
import { isFault, readJsonl } from '../../../src/lib/jsonl.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

/** Values, and faults as `line: reason`. */
async function read(content: string | Buffer, maxLineBytes?: number): Promise<unknown[]> {
  const file = path.join(temporaryFolder('jsonl'), 'in.jsonl');
  await writeFile(file, content);
  return readPath(file, maxLineBytes);
}

async function readPath(file: string, maxLineBytes?: number): Promise<unknown[]> {
  const entries: unknown[] = [];
  for await (const line of readJsonl(file, maxLineBytes === undefined ? {} : { maxLineBytes })) {
    entries.push(isFault(line) ? `${line.number}: ${line.fault}` : line.value);
  }
  return entries;
}

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const cutOff = ' (the file ends inside of this line: it was cut off)';

describe('F23: lines that are odd but right', () => {
  test.each<[title: string, content: string | Buffer, values: unknown[]]>([
    ['a byte order mark', '\uFEFF{"a":1}\n', [{ a: 1 }]],
    ['a byte order mark alone', '\uFEFF', []],
    ['CRLF', '{"a":1}\r\n{"a":2}\r\n', [{ a: 1 }, { a: 2 }]],
    ['a last line without newline', '{"a":1}\n{"a":2}', [{ a: 1 }, { a: 2 }]],
    ['blank lines', '\n{"a":1}\n \t\r\n\n{"a":2}\n\n', [{ a: 1 }, { a: 2 }]],
    ['an empty file', '', []],
    ['U+2028 and U+2029 inside of a string', '{"a":"x\u2028y\u2029z"}\n', [{ a: 'x\u2028y\u2029z' }]],
    ['a bare carriage return between values', '{"a":\r1}\n', [{ a: 1 }]],
    ['an escaped NUL', String.raw`{"a":"\u0000"}`, [{ a: '\0' }]],
    ['an escaped surrogate pair', String.raw`{"a":"\ud83d\ude00"}`, [{ a: '😀' }]],
    ['the deepest nesting allowed', deep(200), [JSON.parse(deep(200))]],
    ['many brackets in a string', `{"a":${JSON.stringify('[{'.repeat(500))}}`, [{ a: '[{'.repeat(500) }]],
    ['many brackets side by side', `[${'[],'.repeat(500)}[]]`, [Array.from({ length: 501 }, () => [])]],
    ['integers beyond 2^53', '{"id":18446744073709551615}', [{ id: 18446744073709551615n }]],
  ])('%s', async (_title, content, values) => {
    expect(await read(content)).toEqual(values);
  });
});

describe('F23: lines that are wrong are named, the others still read', () => {
  test.each<[title: string, content: string | Buffer, entries: unknown[]]>([
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n{"a":2}\n')]),
      ['1: it is not UTF-8', { a: 2 }],
    ],
    ['a surrogate encoded as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), [`1: it is not UTF-8${cutOff}`]],
    [
      'an escaped lone surrogate',
      String.raw`{"a":["\udc00"]}${'\n'}1`,
      [String.raw`1: it holds half of a surrogate pair (\ud800-\udfff), which is no text`, 1],
    ],
    [
      'a lone surrogate in a key',
      String.raw`{"\ud83d":1}${'\n'}`,
      [String.raw`1: it holds half of a surrogate pair (\ud800-\udfff), which is no text`],
    ],
    ['nesting beyond the limit', `${deep(201)}\n1\n`, ['1: it is nested more than 200 levels deep', 1]],
    ['nesting a million deep', `${deep(1_000_000)}\n1\n`, ['1: it is nested more than 200 levels deep', 1]],
    [
      'objects nested a million deep',
      `${'{"a":'.repeat(1e6)}1${'}'.repeat(1e6)}\n1\n`,
      [expect.stringContaining('nested'), 1],
    ],
    ['a line beyond the limit', `${JSON.stringify('x'.repeat(200))}\n1\n`, ['1: it is longer than 100 bytes', 1]],
    ['a last line beyond the limit', `1\n${JSON.stringify('x'.repeat(200))}`, [1, '2: it is longer than 100 bytes']],
  ])('%s', async (title, content, entries) => {
    expect(await read(content, title.includes('beyond the limit') && title.includes('line') ? 100 : undefined)).toEqual(
      entries,
    );
  });

  test('a NUL byte', async () => {
    expect(await read('{"a":"\0"}\n7\n')).toEqual([expect.stringMatching(/^1: it is no JSON: /), 7]);
  });

  test('a last line that was cut off says so', async () => {
    expect(await read('1\n{"a":"b')).toEqual([
      1,
      expect.stringMatching(/^2: it is no JSON: .* \(the file ends inside/),
    ]);
  });
});

const reader = new URL('../../../dist/lib/jsonl.js', import.meta.url).href;
const readAndMeasure = `
  const [reader, file] = process.argv.slice(1);
  const { readJsonl } = await import(reader);
  const entries = [];
  for await (const { value, fault } of readJsonl(file)) entries.push(fault ?? value);
  console.log(JSON.stringify({ entries, mostBytes: process.resourceUsage().maxRSS * 1024 }));
`;

test('F23: a line of 600 MB is passed over in bounded memory', { timeout: 120_000 }, async () => {
  const file = path.join(temporaryFolder('jsonl'), 'long.jsonl');
  const handle = await open(file, 'w');
  await handle.write('1\n"');
  const block = Buffer.alloc(8 * 1024 * 1024, 'x');
  for (let written = 0; written < 600 * 1024 * 1024; written += block.length) await handle.write(block);
  await handle.write('"\n2\n');
  await handle.close();
  // In a process of its own: the most memory that one ever had is its own reading's alone.
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', readAndMeasure, reader, file]);
  await open(file, 'w').then((emptied) => emptied.close());
  const { entries, mostBytes } = JSON.parse(stdout) as { entries: unknown[]; mostBytes: number };
  expect(entries).toEqual([1, 'it is longer than 67108864 bytes', 2]);
  expect(mostBytes).toBeLessThan(500 * 1024 * 1024);
});

describe('F24: keys with a meaning in JavaScript', () => {
  test('__proto__ and constructor are plain keys', async () => {
    const [value] = await read('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect((value as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test.each<[json: string, doubled: string[]]>([
    ['{"a":1,"a":2}', ['a']],
    ['{"a":{"b":1,"b":2,"b":3},"c":1,"c":1}', ['b', 'c']],
    [String.raw`{"a":1,"\u0061":2}`, ['a']],
    ['{"a":{"a":{"a":1}}}', []],
    ['[{"a":1},{"a":1}]', []],
    ['{"a":"\\"a\\":1","b":["a","a"]}', []],
    ['{"__proto__":1,"__proto__":2}', ['__proto__']],
  ])('doubled keys are found: %s', async (json, doubled) => {
    const file = path.join(temporaryFolder('jsonl'), 'in.jsonl');
    await writeFile(file, json);
    for await (const line of readJsonl(file)) expect(line).toMatchObject({ number: 1, duplicateKeys: doubled });
  });
});

test('what JSON.stringify writes is read back, whatever it is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue({ stringUnit: 'binary' }), { maxLength: 20 }), async (values) => {
      // A lone surrogate is refused.
      const lines = values.map((value) => JSON.stringify(value)).filter((line) => !/\\u[dD][89a-f]/.test(line));
      expect(await read(lines.join('\n'))).toEqual(lines.map(parseJson));
    }),
    { numRuns: 60 },
  );
});
