/**
 * How fast and how large an upload is. `npm run build` first; then `node benchmarks/upload/run.js [speed|thousand|memory]`.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeHost } from '../host.js';
import { keepRun, reportBars } from '../keep-run.js';
import { makeVectorsFile } from './make-file.js';
import { runQdx, upload } from './run-upload.js';

const bars = { pointsPerSecond: 4000, thousandMs: 10_000, peakRssBytes: 500_000_000 };

const questions = {
  /** 20,000 points of 768 dimensions, in each format of the file, with and without lexical terms; best of three. */
  async speed(folder, home) {
    const rows = [];
    for (const format of ['base64', 'numbers'])
      for (const terms of [0, 40]) {
        const path = join(folder, `speed-${format}-${terms}.jsonl`);
        await makeVectorsFile(path, { count: 20_000, terms, format });
        for (let round = 0; round < 3; round++) {
          const name = `speed-${format}-${terms}-${round}`;
          const { summary, wallMs } = await upload(path, name, home, '--no-wait');
          rows.push({ format, terms, round, wallMs, ...summary });
        }
      }
    const plain = rows.filter(({ terms }) => terms === 0).map(({ pointsPerSecond }) => pointsPerSecond);
    return {
      rows,
      figure: Math.max(...plain),
      unit: 'points/s',
      bar: `at least ${bars.pointsPerSecond}`,
      isMet: Math.max(...plain) >= bars.pointsPerSecond,
    };
  },
  /** 1,000 points from the start of the program until green, server running. */
  async thousand(folder, home) {
    const path = join(folder, 'thousand.jsonl');
    await makeVectorsFile(path, { count: 1000, terms: 40, format: 'base64' });
    const { summary, wallMs } = await upload(path, 'thousand', home);
    if (summary.status !== 'green') throw new Error(`not green: ${summary.status}`);
    return {
      rows: [{ wallMs, ...summary }],
      figure: wallMs,
      unit: 'ms',
      bar: `below ${bars.thousandMs}`,
      isMet: wallMs < bars.thousandMs,
    };
  },
  /** 200,000 points of 768 dimensions from one file: highest resident memory of the program. */
  async memory(folder, home) {
    const path = join(folder, 'memory.jsonl');
    await makeVectorsFile(path, { count: 200_000, terms: 0, format: 'base64' });
    const { summary, wallMs, peakRssBytes } = await upload(path, 'memory', home, '--no-wait');
    if (peakRssBytes === 0) throw new Error('memory can be read on Linux only');
    return {
      rows: [{ wallMs, peakRssBytes, ...summary }],
      figure: peakRssBytes,
      unit: 'bytes',
      bar: `below ${bars.peakRssBytes}`,
      isMet: peakRssBytes < bars.peakRssBytes,
    };
  },
};

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(questions);
const folder = mkdtempSync(join(tmpdir(), 'qdx-bench-upload-'));
const home = join(folder, 'home');
mkdirSync(home, { recursive: true });
const report = { host: await describeHost(), results: {} };
try {
  await runQdx(['server', 'start'], home);
  for (const name of names) {
    const question = questions[name];
    if (!question) throw new Error(`no such question: ${name}; there are ${Object.keys(questions).join(', ')}`);
    const result = await question(folder, home);
    report.results[name] = result;
  }
} finally {
  await runQdx(['server', 'stop'], home).catch((error) => console.error(error.message));
  rmSync(folder, { recursive: true, force: true });
}
reportBars(
  Object.entries(report.results).map(([title, { figure, unit, bar, isMet }]) => ({
    title: `${title}, ${unit}`,
    figure: Math.round(figure),
    bar,
    isMet,
  })),
);
keepRun(report, import.meta.url);
