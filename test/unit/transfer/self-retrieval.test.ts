/**
 * Sampled points are searched for by their own vectors.
 */
import { expect, test } from 'vitest';
import { assertFindsItself } from '../../../src/core/transfer/overwrite/self-retrieval.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';

test('a point without a vector is no search (a stub: what counts is how often it is asked)', async () => {
  let asked = 0;
  const request = async () => {
    asked++;
    return { points: [{ id: 1, score: 1 }] };
  };
  const connection = { request } as unknown as Connection;
  const sample = [
    { id: 1, vector: new Float32Array([1, 0]) },
    { id: 2, vector: null },
  ] as unknown as Parameters<typeof assertFindsItself>[1]['sample'];
  const found = await assertFindsItself(connection, { physical: 'docs__2', vectorName: '', sample }, {});
  expect([found, asked]).toEqual([{ searches: 1, found: 1 }, 1]);
});
