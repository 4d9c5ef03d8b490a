/**
 * Lines are compared with the keys at the top of a payload in one order, and kept as they are.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparableLine, isSameLine, lineDigest } from '../../../src/core/transfer/points/comparable-line.ts';

const line = (payload: string, id = '5'): Buffer =>
  Buffer.from(`{"id":${id},"payload":${payload},"vector":[1.0,-0.0]}`);
const form = (payload: string): string => comparableLine(line(payload)).toString();

test.each([
  ['{}', '{}'],
  ['{"a":1.0}', '{"a":1.0}'],
  ['{"b":1.0,"a":18446744073709551615}', '{"a":18446744073709551615,"b":1.0}'],
  ['{"b":{"z":1,"a":-0.0},"a":[{"y":1,"x":2}]}', '{"a":[{"y":1,"x":2}],"b":{"z":1,"a":-0.0}}'],
  ['{"\\u00e9":"\\"},{","B":null,"a":"x"}', '{"B":null,"a":"x","\\u00e9":"\\"},{"}'],
])('%s is compared as %s', (payload, expected) => {
  expect(form(payload)).toBe(line(expected).toString());
});

test('an id that is a UUID, and a line that ends behind its payload', () => {
  const id = '"0b5f0000-0000-4000-8000-000000000001"';
  expect(comparableLine(line('{"b":1,"a":2}', id)).toString()).toBe(line('{"a":2,"b":1}', id).toString());
  expect(comparableLine(Buffer.from('{"id":1,"payload":{"b":1,"a":2}')).toString()).toBe(
    '{"id":1,"payload":{"a":2,"b":1}',
  );
});

test('any order of keys is the same line and the same hash; any other value is another', () => {
  const entries = fc.uniqueArray(fc.tuple(fc.string(), fc.jsonValue()), { selector: ([key]) => key, minLength: 2 });
  fc.assert(
    fc.property(entries, fc.integer(), (fields, seed) => {
      const text = (list: typeof fields) =>
        line(`{${list.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`);
      const turned = fields.map((_, index) => fields[(index + Math.abs(seed)) % fields.length]!);
      expect(isSameLine(text(fields), text(turned))).toBe(true);
      expect(lineDigest(text(fields))).toBe(lineDigest(text(turned)));
      const changed = fields.map(
        ([key, value], index) => [key, index === 0 ? [value] : value] as [string, typeof value],
      );
      expect(isSameLine(text(fields), text(changed))).toBe(false);
    }),
  );
});
