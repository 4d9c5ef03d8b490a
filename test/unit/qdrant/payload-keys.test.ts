import { expect, test } from 'vitest';
import { keyOf, toStoredPayload } from '../../../src/core/qdrant/collection/payload-keys.ts';

const payload = { content: 'text', source_path: 'a.md', extra: 1 };

test.each([
  ['qdx keys', undefined, payload],
  ['no keys of its own', {}, payload],
  ['other keys', { content: 'text', source_path: 'path' }, { text: 'text', path: 'a.md', extra: 1 }],
])('a payload in a collection with %s', (_title, keys, stored) => {
  expect(toStoredPayload(payload, keys)).toEqual(stored);
  expect(keyOf('content', keys) in stored).toBe(true);
});
