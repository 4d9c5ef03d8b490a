/**
 * Collections that never become ready: no real one can be kept grey or yellow.
 */
import { expect, test } from 'vitest';
import { waitUntilReady } from '../../../src/core/qdrant/collection/readiness.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';

/** One status after the other, the last one again and again. */
function collectionThatIs(...states: readonly { readonly status: string; readonly indexed: number }[]) {
  const methods: string[] = [];
  const request = async (method: string): Promise<unknown> => {
    const asked = methods.filter((one) => one === 'GET').length;
    methods.push(method);
    const { status, indexed } = states[Math.min(asked, states.length - 1)] ?? { status: 'green', indexed: 0 };
    return { status, optimizer_status: 'ok', indexed_vectors_count: indexed };
  };
  return { methods, connection: { request } as unknown as Connection };
}

test('no progress: temporary, and the points are kept', async () => {
  const { connection } = collectionThatIs({ status: 'yellow', indexed: 5 });
  await expect(waitUntilReady(connection, 'c', { stalledAfterMs: 300 })).rejects.toMatchObject({
    kind: 'temporary',
    message: expect.stringContaining('is still yellow'),
    hint: expect.stringContaining('the points are kept'),
  });
});

test('a grey collection is woken once', async () => {
  const grey = { status: 'grey', indexed: 0 };
  const { connection, methods } = collectionThatIs(grey, grey, grey, { status: 'green', indexed: 0 });
  await waitUntilReady(connection, 'c');
  expect(methods.filter((method) => method === 'PATCH')).toHaveLength(1);
});
