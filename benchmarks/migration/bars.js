/** How much faster than the official tool `qdx migrate` has to be. */
import { round } from '../host.js';

const leastRatio = { verified: 1, unverified: 2, snapshot: 3 };

export function migrationBars({ official, ...medians }, rows, points) {
  const ratios = Object.entries(leastRatio).map(([way, least]) => {
    const ratio = official / medians[way];
    return {
      title: `${way}, times as fast as the official tool`,
      figure: round(ratio),
      bar: `at least ${least}`,
      isMet: ratio >= least,
    };
  });
  const missing = rows.filter(
    ({ way, count }) => way !== 'official' && way !== 'serversAlone' && count !== points,
  ).length;
  return [...ratios, { title: 'runs of qdx without all points', figure: missing, bar: '0', isMet: missing === 0 }];
}
