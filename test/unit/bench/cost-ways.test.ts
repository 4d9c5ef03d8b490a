/**
 * Time and money of a million chunks, in numbers that can be checked by hand.
 */
import { expect, test } from 'vitest';
import { breakEvens, type CostRates, waysOf } from '../../../src/core/bench/run/cost-ways.ts';
import type { EncoderRate } from '../../../src/core/bench/run/cost-ways.ts';

const rate = (side: EncoderRate['side'], textsPerSecond: number): EncoderRate => ({
  side,
  model: side === 'local' ? 'small' : 'endpoint:large',
  device: side === 'local' ? 'cpu' : 'api.example.com',
  textsPerSecond: [textsPerSecond],
  tokensPerText: 200,
  countedBy: 'tokenizer',
  queryP50Ms: 5,
  tokensPerQuery: 10,
});
const compare = (prices: CostRates, local = 10, remote = 100) => {
  const ways = waysOf({ here: rate('local', local), there: rate('endpoint', remote), prices });
  return { ways, sentences: breakEvens(ways, prices) };
};

test('a million chunks: time by the measured rate, money by the token and by the hour', () => {
  const { ways } = compare({ costPerMtok: 0.02, gpuPerHour: 1.8 });
  const figures = ways.map((way) => [
    way.way,
    Number(way.hoursPerMillionChunks.toFixed(3)),
    way.costPerMillionChunks,
    way.costPerMillionQueries,
  ]);
  expect(figures).toEqual([
    ['local', 27.778, null, null],
    // 200 million tokens at 0.02 a million, and 10 million tokens.
    ['token', 2.778, 4, 0.2],
    // 1,000,000 / 100 a second = 10,000 s, at 1.8 an hour.
    ['hour', 2.778, 5, null],
  ]);
});

test('a GPU of another speed than the endpoint is a figure of the user', () => {
  const { ways } = compare({ gpuPerHour: 1.8, gpuTokensPerSecond: 200_000 });
  expect(ways[2]).toMatchObject({ way: 'hour', chunksPerHour: 3_600_000, costPerMillionChunks: 0.5 });
});

test.each<[string, CostRates, number, readonly string[]]>([
  ['no price, no break-even', {}, 10, []],
  [
    'a GPU that is worth its hour once it is busy enough',
    { costPerMtok: 0.02, gpuPerHour: 1.8, gpuTokensPerSecond: 200_000 },
    10,
    [
      'an hour of the GPU (1.80) buys 450,000 chunks by the token: kept busy for more than 13 % of its time, the GPU is cheaper',
      'by the token a million chunks are there 1 d 1 h earlier for 4.00 more: 0.16 for each hour that is not waited; worth it above that price of an hour',
      'on a GPU by the hour a million chunks are there 1 d 4 h earlier for 0.50 more: 0.018 for each hour that is not waited; worth it above that price of an hour',
    ],
  ],
  [
    'a GPU that never is',
    { costPerMtok: 0.02, gpuPerHour: 1.8 },
    1000,
    [
      'an hour of the GPU (1.80) buys 450,000 chunks by the token, and it makes 360,000 in that time: by the token is cheaper at any load',
      'this machine is faster than endpoint:large, by the token, and costs no more',
      'this machine is faster than endpoint:large, on a GPU by the hour, and costs no more',
    ],
  ],
  [
    'a machine that is paid by the hour itself',
    { costPerMtok: 0.02, cpuPerHour: 0.5 },
    10,
    ['by the token a million chunks are there 1 d 1 h earlier, and cost 9.89 less'],
  ],
])('%s', (_title, prices, local, expected) => {
  expect(compare(prices, local).sentences).toEqual(expected);
});
