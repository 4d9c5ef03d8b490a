/** Two workers against one. */
import { builtIn, encodeAll, openBulk } from './encode.js';
import { median, round, timed } from '../host.js';

export async function measureWorkers({ texts, rounds, cacheFolder }) {
  const model = await builtIn(cacheFolder);
  const [one, two] = [
    await openBulk(model, { workers: 1, cacheFolder }),
    await openBulk(model, { workers: 2, cacheFolder }),
  ];
  const [oneMs, twoMs] = [[], []];
  for (let index = 0; index < rounds; index++) {
    oneMs.push(await timed(() => encodeAll(one, texts.list)));
    twoMs.push(await timed(() => encodeAll(two, texts.list)));
  }
  await Promise.all([one.close(), two.close()]);
  const rate = (ms) => round((1000 * texts.tokens) / median(ms), 0);
  return {
    ratio: round(median(oneMs.map((ms, index) => ms / twoMs[index]))),
    tokensPerSecond: { one: rate(oneMs), two: rate(twoMs) },
    timesMs: { one: oneMs, two: twoMs },
  };
}
