import { describe, expect, test } from 'vitest';
import { HttpFailure } from '../../../src/lib/http.ts';
import { FailedRequest, statusFailure } from '../../../src/core/qdrant/connection/failure.ts';
import { adviseRetry } from '../../../src/core/qdrant/connection/repeatable.ts';

const json = 'application/json';
const status = (code: number, text = '') => new FailedRequest(statusFailure(code, text, json));
const line = (code: string) => new HttpFailure(code, code);

/** Title, error, again when it is repeatable, again when it must not be done twice. */
const cases: readonly [string, unknown, boolean, boolean][] = [
  ['429', status(429), true, true],
  ['503', status(503), true, false],
  ['408', status(408), true, false],
  ['502', status(502), true, false],
  ['504', status(504), true, false],
  ['500', status(500, 'Service internal error: something'), true, false],
  ['500 with a full disk', status(500, 'Service internal error: No space left on device: WAL'), false, false],
  ['500 of a panic', status(500, 'task panicked'), false, false],
  ['400', status(400), false, false],
  ['401', status(401), false, false],
  ['404', status(404), false, false],
  ['409', status(409), false, false],
  ['200 with status.error', status(200, 'odd'), false, false],
  ['refused after it had answered', line('ECONNREFUSED'), true, true],
  ['reset', line('ECONNRESET'), true, false],
  ['cut in the body', line('cut'), true, false],
  ['timeout', line('timeout'), true, false],
  ['unknown host', line('ENOTFOUND'), false, false],
  ['untrusted certificate', line('DEPTH_ZERO_SELF_SIGNED_CERT'), false, false],
  ['a bug', new TypeError('x is not a function'), false, false],
];
test.each(cases)('%s: again %s when repeatable', (_title, error, repeatable, once) => {
  expect(adviseRetry(error, { repeatable: true, hasAnswered: true }).again).toBe(repeatable);
  expect(adviseRetry(error, { repeatable: false, hasAnswered: true }).again).toBe(once);
});

test('refused before it ever answered: a wrong URL, so the user hears of it at once', () =>
  expect(adviseRetry(line('ECONNREFUSED'), { repeatable: true, hasAnswered: false }).again).toBe(false));

test('refused after it had answered: away, unless somebody waits for the answer', () => {
  const context = { repeatable: true, hasAnswered: true };
  expect(adviseRetry(line('ECONNREFUSED'), context)).toMatchObject({ again: true, isAway: true });
  expect(adviseRetry(line('ECONNREFUSED'), { ...context, awaitsReturn: false })).toMatchObject({
    again: true,
    isAway: false,
  });
  expect(adviseRetry(line('ECONNRESET'), context).isAway).toBeUndefined();
});

test('a timeout before it ever answered is not repeated', () =>
  expect(adviseRetry(line('timeout'), { repeatable: true, hasAnswered: false }).again).toBe(false));
test('the local server does not come back by itself', () =>
  expect(adviseRetry(line('ECONNREFUSED'), { repeatable: true, hasAnswered: true, isLocal: true }).again).toBe(false));

describe('the wish of the server', () => {
  const wait = (text: string, header?: string) =>
    adviseRetry(new FailedRequest(statusFailure(429, text, json, header)), { repeatable: true, hasAnswered: true })
      .waitMs;
  test('the header', () => expect(wait('', '30')).toBe(30_000));
  test("the text, as of strict mode's rate limit", () => expect(wait('... Retry after 10s')).toBe(10_000));
  test('neither', () => expect(wait('')).toBeUndefined());
});
