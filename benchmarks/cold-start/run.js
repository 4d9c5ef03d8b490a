/**
 * How long does one search take from the start of the process to its exit, with a running server? Interleaved with a Node
 * that does nothing; medians and their ratio.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeHost, median, round } from '../inference/host.js';

const rounds = Number(process.argv[2] ?? 15);
const bar = 7;
const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = join(root, 'bin/qdx.js');
const work = mkdtempSync(join(tmpdir(), 'qdx-cold-start-'));
const env = {
  PATH: process.env.PATH,
  HOME: work,
  XDG_CACHE_HOME: join(work, 'cache'),
  XDG_CONFIG_HOME: join(work, 'config'),
  XDG_DATA_HOME: join(work, 'data'),
};

const commands = {
  'node -e 0': ['-e', '0'],
  search: [bin, 'search', 'what does exit code 4 mean', '-c', 'docs'],
  'search --mode lexical': [bin, 'search', 'what does exit code 4 mean', '-c', 'docs', '--mode', 'lexical'],
};

try {
  const host = await describeHost();
  run([bin, 'embed', '-c', 'docs', join(root, 'docs'), '-q']);
  const timesMs = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (const args of Object.values(commands)) run(args);
  for (let turn = 0; turn < rounds; turn++)
    for (const [name, args] of Object.entries(commands)) timesMs[name].push(run(args));
  const empty = median(timesMs['node -e 0']);
  const ratios = Object.fromEntries(
    Object.entries(timesMs).map(([name, times]) => [name, round(median(times) / empty)]),
  );
  for (const [name, ratio] of Object.entries(ratios))
    console.log(
      `${name.padEnd(22)} ${median(timesMs[name]).toFixed(0).padStart(5)} ms ${ratio.toFixed(2).padStart(6)}x`,
    );
  console.log(`search is ${ratios.search < bar ? '' : 'NOT '}below ${bar}x`);
  keep({ host, rounds, bar, ratios, timesMs });
  if (ratios.search >= bar) process.exitCode = 9;
} finally {
  spawnSync(process.execPath, [bin, 'server', 'stop'], { env });
  rmSync(work, { recursive: true, force: true });
}

/** Milliseconds from the start of the process to its exit. */
function run(args) {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: work, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return performance.now() - startedAt;
}

function keep(report) {
  const folder = fileURLToPath(new URL('runs/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const cpu = `${report.host.cpu ?? 'unknown'}-${report.host.cores}`.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase();
  const name = `${report.host.date.slice(0, 19).replaceAll(':', '')}-${cpu}.json`;
  writeFileSync(join(folder, name), `${JSON.stringify(report, null, 2)}\n`);
}
