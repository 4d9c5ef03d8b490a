/**
 * `qdx migrate` and the official migration tool, in turn. `npm run build` first; then `node benchmarks/migration/run.js`.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeHost, median, round, timed } from '../host.js';
import { keepRun, reportBars } from '../keep-run.js';
import { runQdx } from '../kill/process.js';
import { ask, startQdrant } from '../qdrant-server.js';
import { migrationBars } from './bars.js';
import { findOfficialTool, runOfficialTool } from './official-tool.js';
import { timeServers } from './servers-alone.js';
import { makeSource, untilGreen } from './source.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    points: { type: 'string', default: '20000' },
    out: { type: 'string' },
  },
});
const [rounds, points] = [values.rounds, values.points].map(Number);
const folder = mkdtempSync(join(tmpdir(), 'qdx-bench-migration-'));
const home = join(folder, 'home');
mkdirSync(home);
let source;
try {
  const tool = await findOfficialTool(folder);
  source = await startQdrant(join(folder, 'source'), { grpc: true });
  await makeSource(source.url, 'docs', points);
  // Whoever comes first would pay for the index of the source.
  await untilGreen(source.url, 'docs');
  const qdx = async (args) => {
    const { exitCode, stdout, stderr } = await runQdx([...args, '--json'], home, {});
    if (exitCode !== 0) throw new Error(`qdx ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    return JSON.parse(stdout).timesMs;
  };
  const migrate = (to, ...more) =>
    qdx(['migrate', 'docs', 'copy', '--from-url', source.url, '--to-url', to.url, '--yes', '--no-wait', ...more]);
  const ways = {
    official: { name: 'docs', run: (to) => runOfficialTool(tool, source, to, 'docs') },
    verified: { name: 'copy', run: (to) => migrate(to) },
    unverified: { name: 'copy', run: (to) => migrate(to, '--no-verify') },
    snapshot: { name: 'copy', run: (to) => migrate(to, '--via', 'snapshot') },
    snapshotUnverified: { name: 'copy', run: (to) => migrate(to, '--via', 'snapshot', '--no-verify') },
    serversAlone: { name: 'docs', run: (to) => timeServers(source, to, 'docs') },
  };
  const rows = [];
  for (let number = 0; number < rounds; number++)
    for (const [way, each] of Object.entries(ways)) rows.push(await measure(way, each, number));
  await finish(rows);
} catch (error) {
  console.error(`benchmarks/migration: ${error.message}`);
  process.exitCode = 1;
} finally {
  await source?.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** With a fresh target. */
async function measure(way, { name, run }, number) {
  const place = join(folder, `target-${way}-${number}`);
  const target = await startQdrant(place, { grpc: true });
  try {
    let parts = null;
    const wallMs = await timed(async () => {
      parts = (await run(target)) ?? null;
    });
    const { count } = await ask(target.url, 'POST', `/collections/${name}/points/count`, { exact: true });
    console.log(`${way}: ${round(wallMs / 1000)} s, ${count} points`);
    return { way, number, wallMs, count, pointsPerSecond: Math.round((count / wallMs) * 1000), parts };
  } finally {
    await target.stop();
    rmSync(place, { recursive: true, force: true });
  }
}

async function finish(rows) {
  const medians = Object.fromEntries(
    [...new Set(rows.map(({ way }) => way))].map((way) => [
      way,
      median(rows.filter((row) => row.way === way).map(({ wallMs }) => wallMs)),
    ]),
  );
  const bars = migrationBars(medians, rows, points);
  reportBars(bars);
  keepRun({ host: await describeHost(), points, bars, medians, rows }, import.meta.url, values.out);
}
