/**
 * Pace, meter, estimates and addresses of an endpoint, with a clock of the test's own.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { estimateTokens, estimatingTokenizer } from '../../../src/core/models/endpoint/count-tokens.ts';
import { assertTextsMayGo, endpointPlace } from '../../../src/core/models/endpoint/endpoint-address.ts';
import { createMeter } from '../../../src/core/models/endpoint/meter.ts';
import { createPace, durationMs } from '../../../src/core/models/endpoint/pace.ts';
import type { QdxError } from '../../../src/lib/errors.ts';
import { formatAmount } from '../../../src/lib/quantities.ts';
import { endpointParams } from '../../helpers/endpoint-params.ts';

test.each([
  ['http://127.0.0.1:8080', 'openai', 'http://127.0.0.1:8080/v1/embeddings'],
  ['http://127.0.0.1:8080/v1', 'openai', 'http://127.0.0.1:8080/v1/embeddings'],
  ['http://127.0.0.1:8080/v1/', 'openai', 'http://127.0.0.1:8080/v1/embeddings'],
  ['https://api.example.com/openai/v1/embeddings', 'openai', 'https://api.example.com/openai/v1/embeddings'],
  ['http://127.0.0.1:8080/embed', 'tei', 'http://127.0.0.1:8080/embed'],
  ['http://127.0.0.1:8080/embed/', 'tei', 'http://127.0.0.1:8080/embed'],
])('%s is asked as %s at %s', (url, api, expected) => {
  const place = endpointPlace('endpoint:m', endpointParams({ url }));
  expect([place.api, place.address.href]).toEqual([api, expected]);
});

test.each([
  ['localhost', true],
  ['127.0.0.9', true],
  ['[::1]', true],
  ['10.0.0.5', false],
  ['192.168.1.20', false],
  ['gpu.internal', false],
])('a text to %s stays on this machine: %s', async (host, stays) => {
  const params = endpointParams({ url: `http://${host}:8080/v1` });
  const outcome = await assertTextsMayGo('endpoint:m', endpointPlace('endpoint:m', params), params).then(
    () => null,
    (error: QdxError) => error.kind,
  );
  expect(outcome).toBe(stays ? null : 'refused');
});

/** A clock that only sleeping moves. */
function paceOf(limits: { readonly requestsPerMinute?: number; readonly tokensPerMinute?: number }) {
  let time = 0;
  const sleep = async (ms: number) => void (time += ms);
  const pace = createPace({ ...limits, now: () => time, sleep });
  const { signal } = new AbortController();
  return { pace, at: () => time, ready: (tokens = 1) => pace.ready(tokens, signal) };
}

test('requests and tokens a minute are kept', async () => {
  const byRequests = paceOf({ requestsPerMinute: 60 });
  for (let request = 0; request < 5; request++) await byRequests.ready();
  expect(byRequests.at()).toBe(4000);
  const byTokens = paceOf({ tokensPerMinute: 6000 });
  for (let request = 0; request < 3; request++) await byTokens.ready(1000);
  expect(byTokens.at()).toBe(20_000);
});

test('what an answer says of its limits holds the next request back', async () => {
  const { pace, at, ready } = paceOf({});
  pace.learn({ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '2s' });
  await ready();
  expect(at()).toBe(2000);
  pace.learn({ 'x-ratelimit-remaining-tokens': '12', 'x-ratelimit-reset-tokens': '50s' });
  await ready();
  expect(at()).toBe(2000);
  pace.pause(500);
  await ready();
  expect([at(), pace.waitedMs]).toEqual([2500, 2500]);
});

test.each([
  ['6m0s', 360_000],
  ['20ms', 20],
  ['1.5s', 1500],
  ['3', 3000],
  ['soon', undefined],
  ['', undefined],
])('a limit that is reset in %j', (text, expected) => expect(durationMs(text)).toBe(expected));

test('the cap holds, whatever requests come and however the endpoint counts within its first ratio', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 60 }),
      fc.double({ min: 0.5, max: 3, noNaN: true }),
      (requests, ratio) => {
        const meter = createMeter({ costPerMtok: 1, maxCost: 0.02 });
        // The first request shows how the endpoint counts.
        meter.reserve(1000);
        meter.settle(1000, 1000 * ratio);
        const spend = (tokens: number) => {
          meter.reserve(tokens);
          meter.settle(tokens, tokens * ratio);
        };
        // Once one is refused the run has ended.
        requests.every((tokens) => !throws(() => spend(tokens)));
        expect(meter.bill.cost).toBeLessThanOrEqual(0.02 + 1e-12);
      },
    ),
  );
});

test('requests on their way count against the cap, and those that fail do not', () => {
  const meter = createMeter({ costPerMtok: 1_000_000, maxCost: 10 });
  meter.reserve(6);
  expect(() => meter.reserve(6)).toThrow(/first request alone/);
  meter.release(6);
  meter.reserve(6);
  meter.settle(6, null);
  expect(meter.bill).toEqual({ requests: 1, tokens: 6, countedBy: 'estimate', cost: 6 });
});

test('a cap without a price is refused', () => {
  expect(() => createMeter({ maxCost: 1 })).toThrow('--max-cost needs the price of a million tokens');
});

test.each([
  ['', 0],
  ['four', 1],
  ['a sentence of forty characters, about so', 10],
  ['日本語', 3],
])('%j is about %s tokens', (text, expected) => expect(estimateTokens(text)).toBe(expected));

test('an estimating tokenizer counts as it cuts', () => {
  const { ids, truncated } = estimatingTokenizer.encode('word '.repeat(100), 50);
  expect([ids.length, truncated, estimatingTokenizer.count('word '.repeat(100))]).toEqual([50, true, 125]);
});

test.each([
  [0, '0.00'],
  [12.4, '12.40'],
  [0.0031, '0.0031'],
  [0.000_000_25, '0.00000025'],
])('%s is written %s', (amount, expected) => expect(formatAmount(amount)).toBe(expected));

function throws(work: () => void): boolean {
  try {
    work();
    return false;
  } catch {
    return true;
  }
}
