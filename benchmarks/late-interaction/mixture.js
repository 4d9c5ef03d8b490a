/**
 * The weights of the mixture: chosen on all corpora but one, judged on that one, in turn.
 */
import { mean } from '../quality/metrics.js';
import { mixed } from './forms.js';

const grid = [0.6, 0.8, 1, 1.2, 1.5].flatMap((late) => [0, 0.15, 0.3, 0.45].map((cosine) => ({ late, cosine })));
const measures = ['file', 'passage', 'hitAt5'];

export const judgeAll = (set, rankings) => set.queries.map((query, index) => set.judge(query, rankings[index]));

/** @returns by collection `{picked, judged}`: what the other corpora of its group chose, and what that gives here. */
export function leaveOneOut(sets, simsOfSet) {
  const table = sets.map((set) =>
    grid.map((weights) => judgeAll(set, mixed(set, simsOfSet.get(set.collection), weights))),
  );
  const quality = (judged) => (mean(judged.map(({ file }) => file)) + mean(judged.map(({ passage }) => passage))) / 2;
  return sets.map(({ collection, group }, index) => {
    const scores = grid.map((_, place) =>
      mean(table.flatMap((rows, other) => (other === index ? [] : quality(rows[place])))),
    );
    const place = scores.indexOf(Math.max(...scores));
    return { collection, group, picked: grid[place], judged: table[index][place] };
  });
}

/** Documentation: mean of the corpora's means; code: mean over all its queries. */
export function figures(results, group) {
  const judged = results.filter((one) => one.group === group).map((one) => one.judged);
  const rows = group === 'docs' ? judged : [judged.flat()];
  return Object.fromEntries(
    measures.map((name) => [name, mean(rows.map((part) => mean(part.map((one) => one[name]))))]),
  );
}

/** Mean difference of passage nDCG@10 over all queries, with the 95 % interval of 10,000 resamplings. */
export function liftOf(before, after) {
  const differences = before.flatMap(({ judged }, index) =>
    judged.map(({ passage }, query) => after[index].judged[query].passage - passage),
  );
  // A fixed seed, so that a run repeats: Numerical Recipes' generator.
  let state = 1;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const draw = () => mean(differences.map(() => differences[Math.floor(random() * differences.length)]));
  const draws = Array.from({ length: 10_000 }, draw).toSorted((a, b) => a - b);
  return { lift: mean(differences), low: draws[249], high: draws[9749] };
}
