/** Two workers against one, and what the event loop of the calling process notices of a bulk embed. */
import { builtIn, encodeAll, openBulk } from './encode.js';
import { median, percentile, round, timed } from './host.js';

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
    'two workers to one (bar 1.9)': round(median(oneMs.map((ms, index) => ms / twoMs[index]))),
    tokensPerSecond: { one: rate(oneMs), two: rate(twoMs) },
    timesMs: { one: oneMs, two: twoMs },
  };
}

const tickMs = 5;

export async function measureEventLoop({ texts, cacheFolder }) {
  const encoder = await openBulk(await builtIn(cacheFolder), { cacheFolder });
  const late = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - last - tickMs));
    last = now;
  }, tickMs);
  await encodeAll(encoder, [...texts.list, ...texts.list]);
  clearInterval(timer);
  await encoder.close();
  return {
    'lateness of a 5 ms timer, p99 in ms (bar 20)': round(percentile(late, 0.99)),
    p50Ms: round(percentile(late, 0.5)),
    maxMs: round(Math.max(...late)),
    ticks: late.length,
  };
}
