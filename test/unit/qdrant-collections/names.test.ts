/**
 * Names: versions behind an alias, what was perhaps meant, what is no name.
 */
import { describe, expect, test } from 'vitest';
import { nextVersionName, versionOf } from '../../../src/core/qdrant/collection/alias.ts';
import { assertCollectionName, missingCollection, resolveAmong } from '../../../src/core/qdrant/collection/names.ts';
import { editDistance, likelyName, nearestNames } from '../../../src/lib/nearest.ts';

describe('versions', () => {
  test.each([
    [[], 'docs__1'],
    [['docs', 'other__7', 'docs__x', 'docs__01'], 'docs__1'],
    [['docs__1', 'docs__2'], 'docs__3'],
    [['docs__9', 'docs__10', 'docs__2'], 'docs__11'],
    [['docs__old__4'], 'docs__1'],
  ])('after %j comes %s', (existing, expected) => {
    expect(nextVersionName('docs', existing)).toBe(expected);
  });
  test.each([
    ['docs__3', 3],
    ['docs__0', null],
    ['docs_3', null],
    ['docs__3a', null],
  ])('%s is version %s of docs', (physical, version) => {
    expect(versionOf('docs', physical)).toBe(version);
  });
});

describe('resolving', () => {
  const collections = [
    { physical: 'docs__1', aliases: ['docs', 'handbook'] },
    { physical: 'plain', aliases: [] },
  ];
  test.each([
    ['docs', { name: 'docs', physical: 'docs__1', isAlias: true }],
    ['handbook', { name: 'handbook', physical: 'docs__1', isAlias: true }],
    ['docs__1', { name: 'docs__1', physical: 'docs__1', isAlias: false }],
    ['plain', { name: 'plain', physical: 'plain', isAlias: false }],
    ['nope', null],
  ])('%s', (name, expected) => {
    expect(resolveAmong(collections, name)).toEqual(expected);
  });
});

describe('what was meant', () => {
  test.each([
    ['', '', 0],
    ['docs', 'docs', 0],
    ['dosc', 'docs', 1],
    ['doc', 'docs', 1],
    ['kitten', 'sitting', 3],
    ['ab', '', 2],
  ])('%s to %s is %i steps', (a, b, steps) => {
    expect(editDistance(a, b)).toBe(steps);
    expect(editDistance(b, a)).toBe(steps);
  });
  test('the nearest name first, a part of a name before a far one', () => {
    expect(nearestNames('handbok', ['zebra', 'handbook', 'hand'])).toEqual(['handbook', 'hand', 'zebra']);
    expect(nearestNames('DOCS', ['other', 'my-docs'])[0]).toBe('my-docs');
  });
  test.each<[string, string | undefined]>([
    ['dosc', 'docs'],
    ['DOC', 'docs'],
    ['my-notes', 'my notes'],
    ['cat', undefined],
    ['xy', undefined],
    ['', undefined],
  ])('%j was likely meant to be %j', (typed, meant) => {
    expect(likelyName(typed, ['docs', 'my notes', 'q1'])).toBe(meant);
  });
  test('a missing collection is told the likely one', () => {
    expect(missingCollection('http://x', 'dosc', ['code', 'docs'])).toMatchObject({ hint: 'did you mean docs?' });
    expect(missingCollection('http://x', 'elsewhere', ['code'])).toMatchObject({ hint: 'qdx collections' });
  });
  test('without collections the next command makes one', () => {
    expect(missingCollection('http://x', 'docs', [])).toMatchObject({
      message: 'collection "docs" is not on http://x; there are no collections yet',
      hint: 'qdx embed --collection docs <paths>',
    });
  });
});

describe('no names of collections', () => {
  test.each(['', '_qdx', 'a/b', 'a\\b', 'a:b', 'tab\there', 'x'.repeat(251)])('%j', (name) => {
    expect(() => assertCollectionName(name)).toThrow(/cannot be the name of a collection/u);
  });
  test.each(['docs', 'docs__3', 'Ünïcode', 'with space'])('%j is one', (name) => {
    expect(() => assertCollectionName(name)).not.toThrow();
  });
});
