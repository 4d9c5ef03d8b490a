/** What every bench does with its figures: says which bars they meet, keeps them, and fails where one is missed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Exit code of a bench that missed a bar: that of a failed comparison in qdx itself. */
const missed = 9;

/**
 * One line a bar, `ok` or `MISSED`.
 * @param bars `{ title, figure, bar, isMet }`; `bar` is a text, such as `at least 4`.
 */
export function reportBars(bars) {
  for (const { title, figure, bar, isMet } of bars)
    console.log(`${isMet ? 'ok    ' : 'MISSED'}  ${title}: ${figure} (bar: ${bar})`);
  if (!bars.every(({ isMet }) => isMet)) process.exitCode = missed;
}

/**
 * Writes the raw report to `file`, else to `runs/<date>-<cpu>.json` beside the bench.
 * @param bench `import.meta.url` of the bench.
 */
export function keepRun(report, bench, file = defaultFile(report.host, bench)) {
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(relative(process.cwd(), file));
}

function defaultFile({ date, cpu, cores }, bench) {
  const runs = fileURLToPath(new URL('runs/', bench));
  mkdirSync(runs, { recursive: true });
  const host = `${cpu} ${cores}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return join(runs, `${date.slice(0, 19).replaceAll(':', '')}-${host}.json`);
}
