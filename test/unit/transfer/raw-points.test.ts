/**
 * Cutting points out of answers: every byte of id, payload and vectors is kept, whatever is in them.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareIds } from '../../../src/core/transfer/points/point-order.ts';
import { createPointsHash, sumOfHashes } from '../../../src/core/transfer/points/points-hash.ts';
import { cutPage } from '../../../src/core/transfer/points/raw-points.ts';

const answer = (points: readonly string[], next = 'null') =>
  Buffer.from(`{"result":{"points":[${points.join(',')}],"next_page_offset":${next}},"status":"ok","time":0.001}`);

const lines = (body: Buffer) => cutPage(body).points.map(({ line }) => line.toString());

describe('cutPage', () => {
  test.each([
    [
      'numbers keep their digits',
      '{"id":18446744073709551615,"payload":{"a":1.0,"b":-0.0,"c":1e22},"vector":[1.0,-0.0]}',
    ],
    ['brackets and quotes in strings', '{"id":1,"payload":{"t":"]},{\\"[\\\\"},"vector":[1.0]}'],
    ['multi-vector', '{"id":1,"payload":{},"vector":[[1.0,2.0],[3.0,4.0]]}'],
    ['sparse beside dense', '{"id":1,"payload":{},"vector":{"a":[0.5],"b":{"indices":[1,2],"values":[1.0,2.0]}}}'],
    ['no vector', '{"id":"00000000-0000-0000-0000-000000000000","payload":{},"vector":{}}'],
    ['a name with a bracket', '{"id":1,"payload":{},"vector":{"a]":[1.0],"b\\"":[2.0]}}'],
    ['an empty multi-vector', '{"id":1,"payload":{},"vector":{"m":[]}}'],
    ['a list that begins with a number in a payload', '{"id":1,"payload":{"l":[1,"]",{"a":[2]}]},"vector":[1.0]}'],
  ])('%s', (_title, point) => {
    expect(lines(answer([point]))).toEqual([point]);
    expect(lines(answer([point, point], '5'))).toEqual([point, point]);
  });

  test.each([
    [
      'fields in another order',
      '{"vector":[1.0],"id":3,"payload":{"a":1}}',
      '{"id":3,"payload":{"a":1},"vector":[1.0]}',
    ],
    [
      'named vectors in another order',
      '{"id":3,"vector":{"b":[2.0],"a":[1.0]}}',
      '{"id":3,"payload":{},"vector":{"a":[1.0],"b":[2.0]}}',
    ],
    [
      'fields of the request',
      '{"id":3,"payload":null,"vector":null,"shard_key":"k"}',
      '{"id":3,"payload":{},"vector":{}}',
    ],
    [
      'spaces between',
      '{ "id" : 3 , "payload" : {"a": 1} , "vector" : [1.0, 2.0] }',
      '{"id":3,"payload":{"a": 1},"vector":[1.0, 2.0]}',
    ],
  ])('%s', (_title, point, line) => expect(lines(answer([point]))).toEqual([line]));

  test('any payload passes byte for byte', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 }), (payloads) => {
        const points = payloads.map(
          (payload, id) => `{"id":${id},"payload":${JSON.stringify(payload)},"vector":[0.5]}`,
        );
        expect(lines(answer(points))).toEqual(points);
      }),
    );
  });

  test('F11: an answer cut anywhere is no page', () => {
    const body = answer(
      ['{"id":1,"payload":{"a":"\\"x]"},"vector":[1.0,2.0]}', '{"id":2,"payload":{},"vector":[]}'],
      '7',
    );
    for (let end = 0; end < body.length; end++) expect(() => cutPage(body.subarray(0, end))).toThrow(SyntaxError);
    expect(cutPage(body).next).toBe('7');
  });

  test.each([
    ['no points', '{"result":[],"status":"ok"}'],
    ['another answer', '{"result":true,"status":"ok"}'],
    ['a page of a proxy', '<html>'],
  ])('refuses %s', (_title, body) => expect(() => cutPage(Buffer.from(body))).toThrow(SyntaxError));
});

test('ids are ordered as the server scrolls: integers by value, then UUIDs', () => {
  const ordered = [
    '0',
    '9',
    '10',
    '9007199254740993',
    '18446744073709551615',
    '"00000000-0000-0000-0000-000000000000"',
    '"0a000000-0000-0000-0000-000000000000"',
    '"f0000000-0000-0000-0000-000000000000"',
  ];
  expect(ordered.toReversed().toSorted(compareIds)).toEqual(ordered);
});

test('the hash of points does not depend on order or borders, and on every byte', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.nat(), (texts, cut) => {
      const hashOf = (part: readonly string[]) => {
        const hash = createPointsHash();
        for (const text of part)
          hash.add(Buffer.from(`{"id":1,"payload":{"text":${JSON.stringify(text)}},"vector":[]}`));
        return hash.digest();
      };
      const border = cut % (texts.length + 1);
      expect(hashOf(texts.toReversed())).toBe(hashOf(texts));
      expect(sumOfHashes([hashOf(texts.slice(0, border)), hashOf(texts.slice(border))])).toBe(hashOf(texts));
      expect(hashOf([...texts.slice(1), `${texts[0]}x`])).not.toBe(hashOf(texts));
    }),
  );
});
