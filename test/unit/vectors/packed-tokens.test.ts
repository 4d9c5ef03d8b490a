import { expect, test } from 'vitest';
import { assertPacked, packTokenBits, tokenLayout, unpackTokenBits } from '../../../src/core/vectors/packed-tokens.ts';
import { modelCard } from '../../helpers/model-card.ts';

const card = { ...modelCard(), dimension: 12 };
const layout = tokenLayout(card, 4);
const bits = Uint8Array.of(1, 2, 3, 4);
const packed = packTokenBits(bits, layout);

test('bits come back as they were packed', () => {
  expect(packed).toEqual({ rows: 2, window: 4, encoding: 'sign', space: layout.space, data: 'AQIDBA==' });
  expect(unpackTokenBits(packed, layout)).toEqual(Buffer.from(bits));
});

test.each([
  ['none', undefined, 'missing'],
  ['null', null, 'missing'],
  ['another window', { ...packed, window: 2 }, 'foreign'],
  ['another model', { ...packed, space: tokenLayout({ ...card, repository: 'other/model' }, 4).space }, 'foreign'],
  ['another encoding', { ...packed, encoding: 'int8' }, 'foreign'],
  ['a text', 'AQIDBA==', 'damaged'],
  ['no rows', { ...packed, rows: 0, data: '' }, 'damaged'],
  ['a row too many', { ...packed, rows: 3 }, 'damaged'],
  ['cut off', { ...packed, data: 'AQID' }, 'damaged'],
  ['no base64', { ...packed, data: 'A!IDBA==' }, 'damaged'],
  ['a length that is no number', { ...packed, rows: '2' }, 'damaged'],
])('stored bits that cannot be used: %s', (_title, value, reason) => {
  expect(unpackTokenBits(value, layout)).toBe(reason);
});

test.each([
  ['rows that do not fit the dimension', { ...packed, rows: 3 }],
  ['no window', { ...packed, window: 0 }],
  ['another encoding', { ...packed, encoding: 'int8' }],
  ['null', null],
])('a record of a vectors file with %s is refused', (_title, value) => {
  expect(() => assertPacked(value, 12)).toThrow(RangeError);
});
