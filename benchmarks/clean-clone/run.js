/**
 * The verdict on reranking from a clean clone, offline. See README.md.
 *
 * node benchmarks/clean-clone/run.js [--here]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeHost } from '../host.js';
import { keepRun, reportBars } from '../keep-run.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const mostSeconds = 180;
const { values: options } = parseArgs({ options: { here: { type: 'boolean', default: false } } });
const work = mkdtempSync(join(tmpdir(), 'qdx-clean-clone-'));

try {
  const seconds = {};
  const tree = options.here ? root : clone(seconds);
  const { run, isCutOff } = timed(seconds, 'bench', () => bench(tree));
  const report = run.status === 0 ? JSON.parse(run.stdout) : { results: [] };
  const compared = report.results.map(({ name, quality }) => `${name} over ${quality?.queries ?? 0}`).join(', ');
  const bars = [
    { title: 'exit code', figure: String(run.status), bar: '0', isMet: run.status === 0 },
    {
      title: isCutOff ? 'seconds, without a network' : 'seconds, with a proxy that does not answer',
      figure: seconds.bench.toFixed(0),
      bar: `below ${mostSeconds}`,
      isMet: seconds.bench < mostSeconds,
    },
    {
      title: 'compared',
      figure: compared,
      bar: 'off and late over 39',
      isMet: compared === 'off over 39, late over 39',
    },
  ];
  if (run.status !== 0) console.error(run.stderr);
  reportBars(bars);
  const { recommendation, headroom } = report;
  keepRun(
    { host: await describeHost(), settings: { ...options, isCutOff }, seconds, recommendation, headroom, bars },
    import.meta.url,
  );
} finally {
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
}

function clone(seconds) {
  const tree = join(work, 'qdx');
  must('git', ['clone', '--quiet', '--no-hardlinks', root, tree], work);
  timed(seconds, 'install', () => must('npm', ['ci', '--no-audit', '--no-fund'], tree));
  timed(seconds, 'build', () => must('npm', ['run', '--silent', 'build'], tree));
  return tree;
}

/** Nothing of this user's: home, caches and data are empty. */
function bench(tree) {
  const home = join(work, 'home');
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_DATA_HOME: join(home, 'data'),
  };
  const qdx = [process.execPath, join(tree, 'bin/qdx.js')];
  const words = [...qdx, 'bench', 'reranking', '--starter', '--allow-undecided', '--json', '-q'];
  // The server is of that namespace, so it is stopped in it.
  const inside = 'ip link set lo up && "$@"; code=$?; "$1" "$2" server stop -q > /dev/null; exit $code';
  const isCutOff = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up']).status === 0;
  const proxy = { HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' };
  const [command, ...args] = isCutOff ? ['unshare', '-rn', 'sh', '-c', inside, 'sh', ...words] : words;
  const options = { cwd: work, encoding: 'utf8', maxBuffer: 1e9, env: isCutOff ? env : { ...env, ...proxy } };
  const run = spawnSync(command, args, options);
  if (!isCutOff) spawnSync(qdx[0], [qdx[1], 'server', 'stop', '-q'], options);
  return { run, isCutOff };
}

function timed(seconds, name, work) {
  const from = performance.now();
  const result = work();
  seconds[name] = (performance.now() - from) / 1000;
  return result;
}

function must(command, args, cwd) {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
}
