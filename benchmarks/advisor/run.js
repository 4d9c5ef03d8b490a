/**
 * Does what `qdx bench quantization` and `qdx bench hnsw` recommend hold what they promise? On the four documentation
 * corpora and on synthetic clustered points: the advice, then a collection built by it, asked by other queries in a
 * run of its own, against exact search.
 *
 * node benchmarks/advisor/run.js [--points 50000] [--only docling]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRandom } from '../../dist/lib/statistics/random.js';
import { describeHost } from '../host.js';
import { keepRun, reportBars } from '../keep-run.js';
import { ask, startQdrant } from '../qdrant-server.js';
import { drawPoints } from './clustered.js';
import { buildAsAdvised, measureRecall } from './own-run.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const shared = join(root, '../shared/corpora');
const corpora = ['agent_kit', 'docling', 'inngest_overall', 'qdrant_ecosystem'];
const dimension = 768;
const { values: options } = parseArgs({
  options: { points: { type: 'string', default: '50000' }, only: { type: 'string' } },
});
const work = mkdtempSync(join(tmpdir(), 'qdx-advisor-'));
const server = await startQdrant(join(work, 'qdrant'));

try {
  const results = [];
  for (const name of await collections()) results.push(await checkAdvice(name));
  console.log(table(results));
  const bars = results.flatMap(barsOf);
  reportBars(bars);
  keepRun({ host: await describeHost(), settings: { ...options, dimension }, bars, results }, import.meta.url);
} finally {
  await server.stop();
  rmSync(work, { recursive: true, force: true });
}

async function collections() {
  const wanted = (name) => !options.only || options.only === name;
  const names = [];
  if (!existsSync(shared)) console.error(`skipped: there are no corpora in ${shared}`);
  else
    for (const name of corpora.filter(wanted)) {
      qdx(['embed', '-c', name, join(shared, name), '--json', '-q']);
      names.push(name);
    }
  if (wanted('synthetic') && Number(options.points) > 0) {
    await drawPoints({ url: server.url, name: 'synthetic', points: Number(options.points), dimension, seed: 7 });
    names.push('synthetic');
  }
  return names;
}

/** The advice by points of seed 1, the run of its own by others. */
async function checkAdvice(name) {
  const quantization = qdx(['bench', 'quantization', '-c', name, '--json', '-q']);
  const hnsw = qdx(['bench', 'hnsw', '-c', name, '--json', '-q']);
  const result = { name, points: quantization.copied, advised: {}, own: {} };
  for (const [what, report] of Object.entries({ quantization, hnsw })) {
    const { recommended } = report;
    result.advised[what] = recommended;
    if (!recommended) continue;
    const copy = `${name}-${what}`;
    await buildAsAdvised({ url: server.url, from: name, to: copy, recommended });
    const random = createRandom(4242);
    result.own[what] = await measureRecall({ url: server.url, collection: copy, params: recommended.params, random });
    await ask(server.url, 'DELETE', `/collections/${copy}`);
  }
  console.error(`${name}: ${JSON.stringify(result.own)}`);
  return result;
}

function qdx(args) {
  const env = { PATH: process.env.PATH, HOME: work, QDRANT_URL: server.url };
  const command = [join(root, 'bin/qdx.js'), ...args];
  const run = spawnSync(process.execPath, command, { cwd: work, env, encoding: 'utf8', maxBuffer: 1e9 });
  if (run.status !== 0 && run.status !== 9) throw new Error(`qdx ${args.join(' ')}: ${run.status} ${run.stderr}`);
  return JSON.parse(run.stdout);
}

function barsOf({ name, advised, own }) {
  return Object.entries({ quantization: 0.95, hnsw: 0.98 }).map(([what, least]) => ({
    title: `${name}: recall@10 of the advised ${what}, in a run of its own`,
    figure: advised[what] ? `${own[what].recall.toFixed(4)} of ${own[what].queries} queries` : 'no advice',
    bar: `at least ${least}`,
    isMet: own[what]?.recall >= least,
  }));
}

function table(results) {
  const lines = results.flatMap(({ name, points, advised, own }) =>
    Object.entries(advised).map(([what, pick]) => {
      if (!pick) return `| ${name} | ${points} | ${what} | none | | | | |`;
      const ram = `${(pick.ramBytes / 1e6).toFixed(1)} MB`;
      const times = `${pick.server.p50Ms.toFixed(2)} / ${pick.p95Ms.toFixed(2)}`;
      return `| ${name} | ${points} | ${pick.build}, ${pick.way} | ${pick.recall.mean.toFixed(3)} | ${own[what].recall.toFixed(3)} | ${times} | ${pick.speedUp.toFixed(2)}x | ${ram} |`;
    }),
  );
  const head =
    '| collection | points | advised | recall, advice | recall, own run | p50 / p95 ms | speed-up | vectors in RAM |';
  return [head, '| --- | --- | --- | --- | --- | --- | --- | --- |', ...lines].join('\n');
}
