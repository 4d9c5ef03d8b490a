import { expect, test } from 'vitest';
import * as library from '../../src/index.ts';

test.each([
  'resolveSettings',
  'readCorpus',
  'findModel',
  'findLocalModel',
  'openEncoder',
  'openTokenizer',
  'verifyModel',
  'connect',
  'openConnection',
  'closeAll',
  'embedCorpus',
  'uploadFiles',
  'overwriteCollection',
  'rollback',
  'createSearcher',
  'adoptCollection',
  'readStats',
  'backUp',
  'restore',
  'writeVectorsFile',
] as const)('the library has %s', (verb) => {
  expect(new Map<string, unknown>(Object.entries(library)).get(verb)).toBeTypeOf('function');
});

test('an error of the library is known by its kind, which has an exit code', () => {
  const error = new library.QdxError('refused', 'no');
  expect(library.isQdxError(error)).toBe(true);
  expect(library.exitCodes[error.kind]).toBe(8);
});
