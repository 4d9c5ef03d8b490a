import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson, stringifyJson } from '../../../src/lib/json.ts';

const exact: readonly [string, string, unknown][] = [
  ['a safe integer is a number', '9007199254740991', 9007199254740991],
  ['2^53 is a bigint', '9007199254740992', 2n ** 53n],
  ['2^53 + 1 is not rounded', '9007199254740993', 9007199254740993n],
  ['the largest u64', '18446744073709551615', 18446744073709551615n],
  ['the smallest i64', '-9223372036854775808', -9223372036854775808n],
  ['beyond u64', '[123456789012345678901234567890]', [123456789012345678901234567890n]],
  [
    'long fractions stay doubles',
    '[0.12345678901234567, 1234567890123456789.5]',
    [Number('0.12345678901234567'), Number('1234567890123456789.5')],
  ],
  ['exponents stay doubles', '12345678901234567890e2', Number('12345678901234567890e2')],
  [
    'digits in strings are left alone',
    '{"a":"18446744073709551615","b":"\\"9007199254740993"}',
    { a: '18446744073709551615', b: '"9007199254740993' },
  ],
  ['a string that ends in backslashes', '["\\\\",9007199254740993,"\\\\\\""]', ['\\', 9007199254740993n, '\\"']],
  [
    'digits in keys are left alone',
    '{"18446744073709551615":9007199254740993}',
    { '18446744073709551615': 9007199254740993n },
  ],
  [
    'among numbers of a vector',
    '{"id":9007199254740993,"vector":[0.5,-1e-7]}',
    { id: 9007199254740993n, vector: [0.5, -1e-7] },
  ],
  ['short text takes the fast path', '{"a":[1,null,true]}', { a: [1, null, true] }],
];
test.each(exact)('parse: %s', (_title, text, value) => expect(parseJson(text)).toEqual(value));
test('parse: bytes', () => expect(parseJson(Buffer.from('{"ü":9007199254740993}'))).toEqual({ ü: 9007199254740993n }));

const bad = [
  '',
  '{',
  '[1,]',
  '00000000000000000001',
  '{18446744073709551615:1}',
  '18446744073709551615x',
  '"18446744073709551615',
  '1 18446744073709551615',
];
test.each(bad)('parse: refuses %j as JSON.parse does', (text) => {
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
  expect(() => parseJson(text)).toThrow(SyntaxError);
});

test('parse: __proto__ is a key like any other', () => {
  const value = parseJson('{"__proto__":9007199254740993,"a":{"__proto__":{"x":9007199254740995}}}') as { a: object };
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(Object.entries(value)[0]).toEqual(['__proto__', 9007199254740993n]);
  expect(Object.keys(value.a)).toEqual(['__proto__']);
});

test('parse: a million levels deep, with a long integer inside', () => {
  const depth = 1_000_000;
  let value = parseJson(`${'['.repeat(depth)}9007199254740993${']'.repeat(depth)}`);
  while (Array.isArray(value)) value = (value as unknown[])[0];
  expect(value).toBe(9007199254740993n);
});

describe('properties', () => {
  const unsafe = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).filter((n) => !Number.isSafeInteger(Number(n)));
  const leaf = fc.oneof(
    unsafe,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree'), { noNullPrototype: true }),
    ),
  }));
  /** What JSON itself cannot keep: -0. */
  const normal = (value: unknown): unknown => parseJson(stringifyJson(value));

  test('what is written comes back', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(normal(normal(value))).toEqual(normal(value));
      }),
    );
    fc.assert(
      fc.property(unsafe, (n) => {
        expect(parseJson(stringifyJson({ a: [n] }))).toEqual({ a: [n] });
      }),
    );
  });
  test('text without long integers parses as JSON.parse parses it', () => {
    const longInteger = /(?<![.\d])\d{16,}(?![.\deE])/;
    fc.assert(
      fc.property(
        fc.json().filter((text) => !longInteger.test(text)),
        (text) => {
          expect(parseJson(text)).toEqual(JSON.parse(text));
        },
      ),
    );
  });
  test('for any text: refused by both, or by neither', () => {
    const pieces = fc.constantFrom(
      '"',
      '\\',
      '9007199254740993',
      '-',
      '.',
      ',',
      '[',
      ']',
      '{',
      '}',
      ':',
      'a',
      ' ',
      '0',
      'e',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const accepts = (parse: (text: string) => unknown) => {
          try {
            parse(text);
            return true;
          } catch {
            return false;
          }
        };
        expect(accepts(parseJson)).toBe(accepts(JSON.parse));
      }),
      { numRuns: 5_000 },
    );
  });
});

const written: readonly [string, unknown, string][] = [
  ['bigints as bare numbers', { id: 18446744073709551615n, a: [-5n] }, '{"id":18446744073709551615,"a":[-5]}'],
  ['without bigints as JSON.stringify', { a: [1, 'x', null] }, '{"a":[1,"x",null]}'],
  ['NaN as null', [Number.NaN], '[null]'],
];
test.each(written)('write: %s', (_title, value, text) => expect(stringifyJson(value)).toBe(text));
test('write: other errors of JSON.stringify pass', () => {
  const loop: { self?: unknown } = {};
  loop.self = loop;
  expect(() => stringifyJson(loop)).toThrow(/circular/i);
});
