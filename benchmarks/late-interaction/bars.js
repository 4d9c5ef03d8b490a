/**
 * What the figures have to be. Each bar is `{ title, figure, bar, isMet }` with texts, for reportBars.
 */
import { percentile } from '../../dist/lib/statistics/latency.js';

const atLeast = (title, value, bar) => ({
  title,
  figure: value.toFixed(4),
  bar: `at least ${bar}`,
  isMet: value >= bar,
});
const below = (title, value, bar) => ({ title, figure: value.toFixed(2), bar: `below ${bar}`, isMet: value < bar });

export const barsOf = ({ lift, heldOutLift, scoringMs, stores }) => [
  atLeast('passage lift over the first stage, documentation and code', lift.lift, 0.015),
  atLeast('the same, weights chosen without the corpus', heldOutLift.lift, 0.015),
  below('scoring 50 stored candidates, p95 ms', percentile(scoringMs, 0.95), 20),
  below('disk of the payload store against the multivector', stores[0].diskBytes / stores[1].diskBytes, 1),
];
