/**
 * Parameters of a way to mix: chosen on all corpora but one, judged on that one, in turn.
 */
import { mean } from '../../dist/lib/statistics/mean.js';
import { bootstrapInterval } from '../../dist/lib/statistics/bootstrap.js';
import { judge } from '../quality/metrics.js';
import { rankingsOf, ways } from './ways.js';

const measures = ['file', 'passage', 'hitAt5'];
/** Of the resamplings, so that a run repeats. */
const seed = 1;

export const judgeAll = (set, rankings) => set.queries.map((query, index) => judge(query, rankings[index]));

/** What each parameter of each way gives on each set: made once, chosen from several times. */
export const judgedWays = (sets, simsOfSet) =>
  Object.fromEntries(
    Object.entries(ways).map(([way, { grid }]) => [
      way,
      sets.map((set) =>
        grid.map((parameters) => judgeAll(set, rankingsOf(set, simsOfSet.get(set.collection), parameters, way))),
      ),
    ]),
  );

/**
 * @param isTeacher Whether a set may choose for another one.
 * @returns by collection `{picked, judged}`: what its teachers chose, and what that gives here.
 */
export function leaveOneOut(sets, way, table, isTeacher) {
  const { grid } = ways[way];
  const quality = (judged) => (mean(judged.map(({ file }) => file)) + mean(judged.map(({ passage }) => passage))) / 2;
  return sets.map((set, index) => {
    const teachers = sets.flatMap((other, place) => (place !== index && isTeacher(other, set) ? place : []));
    const scores = grid.map((_, place) => mean(teachers.map((teacher) => quality(table[teacher][place]))));
    const place = scores.indexOf(Math.max(...scores));
    return { collection: set.collection, group: set.group, picked: grid[place], judged: table[index][place] };
  });
}

/** Three corpora choose for the fourth: of documentation, or of code. */
export const ofItsGroup = (other, set) => other.group === set.group;
/** All seven others choose, as for one default of everything. */
export const anyOther = () => true;

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
  const { mean: lift, lower: low, upper: high } = bootstrapInterval(differences, seed);
  return { lift, low, high };
}
