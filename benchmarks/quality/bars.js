/**
 * What the figures have to be. Each bar is `{ title, figure, bar, isMet }` with texts, for reportBars.
 */
import { mean } from '../../dist/lib/statistics/mean.js';
import { percentile } from '../../dist/lib/statistics/latency.js';
import { figure } from './metrics.js';

const least = {
  docs: { file: 0.82, passage: 0.69 },
  code: { file: 0.82, passage: 0.62 },
};
/** What reranking has to add to passages, documentation and code pooled, and what it may cost CoSQA. */
const leastLift = 0.015;
const toleratedCosqaLoss = 0.005;
/** Of a warm search, reranked. */
const mostP95Ms = 450;
/** Of the int8 model beside the published figure. */
const leastCosqaDense = 0.595;
/** How far both lists together may stay behind the better one alone. */
const toleratedLoss = 0.01;

const atLeast = (title, value, bar) => ({
  title,
  figure: value.toFixed(4),
  bar: `at least ${bar.toFixed(4)}`,
  isMet: value >= bar,
});

export function fixedBars(results) {
  const bars = Object.entries(least).flatMap(([group, names]) =>
    Object.entries(names).map(([name, bar]) => [`${group} ${name}`, figure(results, group, 'default', name), bar]),
  );
  bars.push(['cosqa dense', figure(results, 'cosqa', 'dense', 'file'), leastCosqaDense]);
  return bars.filter(([, value]) => !Number.isNaN(value)).map((bar) => atLeast(...bar));
}

/**
 * The default against the better of its two lists: on each set (documentation also collection by collection) never more
 * than the tolerated loss below it, and better on average.
 */
export function dualBars(results) {
  const docs = [...new Set(results.filter(({ group }) => group === 'docs').map(({ collection }) => collection))];
  return ['file', 'passage'].flatMap((name) => {
    const sets = ['docs', 'code', 'cosqa'].map((group) => compare(group, results, group, name));
    const parts = docs.map((collection) => {
      const own = results.filter((one) => one.collection === collection);
      return compare(collection, own, 'docs', name);
    });
    const bars = [...sets, ...parts].filter(({ value }) => !Number.isNaN(value));
    const gains = sets.filter(({ value }) => !Number.isNaN(value)).map(({ value, best }) => value - best);
    const gain = mean(gains);
    return [
      ...bars.map(({ title, value, best }) => atLeast(title, value, best - toleratedLoss)),
      ...(gains.length === 0
        ? []
        : [
            {
              title: `${name}: gain over the better list, mean of the sets`,
              figure: gain.toFixed(4),
              bar: 'above 0',
              isMet: gain > 0,
            },
          ]),
    ];
  });
}

function compare(title, results, group, name) {
  const of = (ranking) => figure(results, group, ranking, name);
  return {
    title: `${title} ${name}, both lists against the better one`,
    value: of('default'),
    best: Math.max(of('dense'), of('lexical')),
  };
}

/** The default against its own first stage. */
export function rerankingBars(results) {
  const judgedOf = (group, ranking) =>
    results.filter((one) => one.group === group && one.ranking === ranking).flatMap(({ judged }) => judged);
  const both = (ranking) => [...judgedOf('docs', ranking), ...judgedOf('code', ranking)];
  const [before, after] = [both('first stage'), both('default')];
  const lift = mean(after.map(({ passage }, index) => passage - before[index].passage));
  const cosqa = (ranking) => mean(judgedOf('cosqa', ranking).map(({ file }) => file));
  const times = [...after, ...judgedOf('cosqa', 'default')].map(({ ms }) => ms).toSorted((a, b) => a - b);
  const p95 = percentile(times, 0.95);
  return [
    ...(Number.isNaN(lift) ? [] : [atLeast('passage lift by reranking, documentation and code', lift, leastLift)]),
    ...(Number.isNaN(cosqa('default'))
      ? []
      : [atLeast('cosqa reranked', cosqa('default'), cosqa('first stage') - toleratedCosqaLoss)]),
    { title: 'warm search, p95', figure: `${p95.toFixed(0)} ms`, bar: `below ${mostP95Ms} ms`, isMet: p95 < mostP95Ms },
  ];
}
