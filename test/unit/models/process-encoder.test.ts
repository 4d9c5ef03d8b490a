import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createProcessEncoder } from '../../../src/core/models/encoders/process-encoder.ts';
import type { FoundModel } from '../../../src/core/models/found-model.ts';

test('an encoder that could not be opened no longer listens to the signal of its run', async () => {
  const { signal } = new AbortController();
  // Whether its processes end as they start or say what is wrong with it: it cannot be opened.
  const noModel = {} as FoundModel;
  const options = { workers: 1, device: { provider: 'cpu' }, batchTokens: 0, environment: process.env } as const;
  const opening = createProcessEncoder(noModel, options, { signal });
  await expect(opening).rejects.toBeInstanceOf(Error);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
