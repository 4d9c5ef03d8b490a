/** From source there is no built entry of an encoder process: each ends as it starts. */
import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createProcessEncoder } from '../../../src/core/models/encoders/process-encoder.ts';
import type { FoundModel } from '../../../src/core/models/find-model.ts';

test('an encoder that could not be opened no longer listens to the signal of its run', async () => {
  const { signal } = new AbortController();
  const options = { workers: 1, device: { provider: 'cpu' }, batchTokens: 0, environment: process.env } as const;
  const opening = createProcessEncoder({} as FoundModel, options, { signal });
  await expect(opening).rejects.toThrow('ends as it starts');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
