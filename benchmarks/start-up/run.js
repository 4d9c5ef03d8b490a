/**
 * How long qdx takes to say anything, as a multiple of a Node that does nothing. Interleaved runs, medians.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.argv[2] ?? 15);
const bin = fileURLToPath(new URL('../../bin/qdx.js', import.meta.url));
const bars = { '--help': 2.5 };
const commands = {
  'node -e 0': ['-e', '0'],
  '--help': [bin, '--help'],
  '--version': [bin, '--version'],
  'config show': [bin, 'config', 'show'],
};

const home = mkdtempSync(join(tmpdir(), 'qdx-start-up-'));
const timesMs = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
for (const args of Object.values(commands)) run(args);
for (let round = 0; round < rounds; round++)
  for (const [name, args] of Object.entries(commands)) timesMs[name].push(run(args));

const emptyMs = median(timesMs['node -e 0']);
const report = {
  at: new Date().toISOString(),
  host: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, load: loadavg() },
  rounds,
  ratios: Object.fromEntries(
    Object.entries(timesMs).map(([name, times]) => [name, Number((median(times) / emptyMs).toFixed(2))]),
  ),
  timesMs,
};
for (const [name, ratio] of Object.entries(report.ratios)) {
  const bar = bars[name];
  const verdict = bar === undefined ? '' : ratio < bar ? `  below ${bar}` : `  NOT below ${bar}`;
  console.log(
    `${name.padEnd(12)} ${median(timesMs[name]).toFixed(0).padStart(6)} ms ${ratio.toFixed(2).padStart(6)}x${verdict}`,
  );
}
const runs = fileURLToPath(new URL('runs/', import.meta.url));
mkdirSync(runs, { recursive: true });
const cpu = `${report.host.cpu ?? 'unknown'}-${report.host.cores}`.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase();
const file = join(runs, `${report.at.slice(0, 19).replaceAll(':', '')}-${cpu}.json`);
writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
console.log(file);
if (Object.entries(bars).some(([name, bar]) => report.ratios[name] >= bar)) process.exitCode = 9;

function run(args) {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: home, env: { PATH: process.env.PATH, HOME: home } });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  return performance.now() - started;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
