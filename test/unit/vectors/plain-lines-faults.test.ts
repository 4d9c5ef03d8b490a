/**
 * Plain `{"id","vector","payload"}` lines as other tools write them, and as they must not be.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRecords } from '../../../src/core/vectors/read-file.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const good = (id: number): string => `{"id":${id},"vector":[1,2],"payload":{"a":"x\u2028y"}}`;

/** Ids of good lines, `line: reason` of the others. */
async function read(content: string | Buffer): Promise<string[]> {
  const file = join(temporaryFolder('lines'), 'points.jsonl');
  await writeFile(file, content);
  const found: string[] = [];
  for await (const record of readRecords(file)) {
    found.push('reason' in record ? `${record.line}: ${record.reason}` : String(record.id));
  }
  return found;
}

describe('F23: plain lines', () => {
  test.each<[title: string, content: string | Buffer, found: unknown[]]>([
    ['a byte order mark', `\uFEFF${good(1)}\n`, ['1']],
    ['CRLF and blank lines', `${good(1)}\r\n\r\n \r\n${good(2)}\r\n`, ['1', '2']],
    ['a last line without newline', `${good(1)}\n${good(2)}`, ['1', '2']],
    [
      'a last line that was cut off',
      `${good(1)}\n${good(2).slice(0, -4)}`,
      ['1', expect.stringContaining('2: it is no JSON')],
    ],
    [
      'bytes that are no UTF-8',
      Buffer.concat([
        Buffer.from('{"id":1,"vector":[1,2],"payload":{"a":"'),
        Buffer.from([0xff]),
        Buffer.from(`"}}\n${good(2)}\n`),
      ]),
      ['1: it is not UTF-8', '2'],
    ],
    [
      'a lone surrogate',
      `{"id":1,"vector":[1,2],"payload":{"a":"\\ud800"}}\n`,
      [expect.stringContaining('1: it holds half of a surrogate pair')],
    ],
    [
      'nesting a million deep',
      `{"id":1,"vector":[1,2],"payload":{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}}\n${good(2)}\n`,
      ['1: it is nested more than 200 levels deep', '2'],
    ],
  ])('%s', async (_title, content, found) => {
    expect(await read(content)).toEqual(found);
  });
});
