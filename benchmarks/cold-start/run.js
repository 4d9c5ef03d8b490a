/**
 * How long does qdx take from the start of the process to its exit? Interleaved with a Node that does nothing; medians and
 * their ratio. In an environment of its own: a variable such as NODE_EXTRA_CA_CERTS can triple the start of Node.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeHost, median, round } from '../host.js';
import { keepRun, reportBars } from '../keep-run.js';

const rounds = Number(process.argv[2] ?? 15);
const bars = { search: 7, '--help': 2.5 };
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

const search = [bin, 'search', 'what does exit code 4 mean', '-c', 'docs'];
const commands = {
  'node -e 0': ['-e', '0'],
  search,
  'search --mode lexical': [...search, '--mode', 'lexical'],
  'one query vector': [fileURLToPath(new URL('one-query.js', import.meta.url)), join(work, 'cache/qdx')],
  '--help': [bin, '--help'],
  '--version': [bin, '--version'],
  'config show': [bin, 'config', 'show'],
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
  reportBars(
    Object.entries(bars).map(([title, most]) => ({
      title,
      figure: `${ratios[title]}x`,
      bar: `below ${most}x`,
      isMet: ratios[title] < most,
    })),
  );
  keepRun({ schemaVersion: 1, host, rounds, bars, ratios, timesMs }, import.meta.url);
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
