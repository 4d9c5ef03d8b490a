/**
 * What may be replaced, and what has to be said for it.
 */
import { describe, expect, test } from 'vitest';
import { isVersionOf } from '../../../src/core/transfer/journal/transfer-mark.ts';
import { assertConfirmed, assertMayReplace, calledOtherwise } from '../../../src/core/transfer/switch/guards.ts';
import { QdxError } from '../../../src/lib/errors.ts';

const closed = { allowShrink: false, allowEmpty: false };
const replacement = (pointsNow: number, pointsAfter: number) => ({
  name: 'docs',
  physical: 'docs__1',
  pointsNow,
  pointsAfter,
  isPlain: false,
  isOwn: true,
});

describe('assertMayReplace', () => {
  test.each([
    [0, 0, closed],
    [0, 10, closed],
    [10, 5, closed],
    [10, 20, closed],
    [10, 4, { ...closed, allowShrink: true }],
    [10, 0, { ...closed, allowEmpty: true }],
  ])('%i points may become %i', (now, after, open) => {
    expect(() => assertMayReplace(replacement(now, after), open)).not.toThrow();
  });

  test.each([
    ['F16', 10, 0, closed, 'docs would become empty: it has 10 points, and would have 0', 'add --allow-empty'],
    ['F16', 10, 0, { ...closed, allowShrink: true }, 'docs would become empty', 'add --allow-empty'],
    ['F17', 11, 5, closed, 'docs would lose more than half of its points', 'add --allow-shrink'],
    ['F17', 11, 5, { ...closed, allowEmpty: true }, 'docs would lose more than half', 'add --allow-shrink'],
  ])('%s: %i points may not become %i', (_fault, now, after, open, message, hint) => {
    const attempt = () => assertMayReplace(replacement(now, after), open);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ kind: 'refused', hint }) as Error);
  });
});

describe('F15: what is called otherwise than it was typed', () => {
  const led = { ...replacement(10, 10), physical: 'guide', isOwn: false };
  test.each([
    ['a version of the name', { ...led, isOwn: true }, ['docs'], []],
    ['a foreign collection', led, ['docs'], ['guide']],
    ['its own name typed', led, ['guide'], []],
    ['a version of the name that was typed', { ...led, name: 'prod', physical: 'docs__1' }, ['docs'], []],
    ['a version of another name', { ...led, name: 'prod', physical: 'docs__1' }, ['prod'], ['docs__1']],
    ['a plain collection: its name is its own', { ...led, isPlain: true }, ['docs'], []],
  ])('%s', (_title, replaced, typed, found) => {
    expect(calledOtherwise([replaced, replaced], typed).map(({ physical }) => physical)).toEqual(found);
  });

  const mark = { version: 1, state: 'live', command: 'upload', name: 'docs', replaced: null, at: '' } as const;
  test.each([
    ['called so', 'docs__2', null, true],
    ['made for the name, which was changed since', 'old__2', { ...mark, origin: 'a hash' }, true],
    ['made by somebody else, and led to', 'guide', { ...mark, origin: '' }, false],
    ['of another name', 'guide__1', { ...mark, name: 'guide', origin: 'a hash' }, false],
    ['without a mark', 'guide', null, false],
  ])('a version of docs: %s', (_title, physical, its, expected) => {
    expect(isVersionOf('docs', physical, its)).toBe(expected);
  });
});

describe('assertConfirmed', () => {
  test('asks nothing where nothing is replaced', async () => {
    await expect(assertConfirmed([], () => Promise.reject(new Error('asked')), 'add --yes')).resolves.toBeUndefined();
  });

  test.each([
    ['no', async () => false],
    ['nobody there', async () => Promise.reject(new QdxError('usage', 'nobody can be asked here'))],
  ])('%s is a refusal that names the flag', async (_title, confirm) => {
    await expect(assertConfirmed([replacement(10, 9)], confirm, 'add --yes, or do otherwise')).rejects.toMatchObject({
      kind: 'refused',
      hint: 'add --yes, or do otherwise',
    });
  });

  test('what else goes wrong while asking is passed on', async () => {
    const confirm = async () => Promise.reject(new QdxError('interrupted', 'stopped'));
    await expect(assertConfirmed([replacement(10, 9)], confirm, 'add --yes, or do otherwise')).rejects.toMatchObject({
      kind: 'interrupted',
    });
  });
});
