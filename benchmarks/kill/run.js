/**
 * Kills qdx (SIGKILL) at every named step and at random, and compares what is there in the end.
 * `npm run build` first; then `node benchmarks/kill/run.js [--rounds 200] [--points 5000] [--seed 1] [--only restore] [--step restore.switched] [--out FILE]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeHost } from '../host.js';
import { keepRun, reportBars } from '../keep-run.js';
import { startQdrant } from '../qdrant-server.js';
import { killBars } from './bars.js';
import { commands, makeUploads } from './commands.js';
import { createRandom, leadTo, makeCollection, readCollection } from './points.js';
import { runQdx } from './process.js';
import { randomRound } from './rounds.js';
import { countSteps, sweep } from './sweep.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    points: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    step: { type: 'string', multiple: true },
    out: { type: 'string' },
  },
});
const [wantedRounds, points, seed] = [values.rounds, values.points, values.seed].map(Number);
const titles = values.only ?? Object.keys(commands);

const folder = mkdtempSync(join(tmpdir(), 'qdx-bench-kill-'));
const server = await startQdrant(join(folder, 'server'));
try {
  const place = await makePlace();
  const counts = {};
  const sweeps = [];
  const rounds = [];
  const expected = {};
  for (const title of titles) {
    counts[title] = await countSteps(place, title);
    expected[title] = (await commands[title].expected(place)).digest();
    sweeps.push(...(await sweep(place, title, counts[title], values.step)));
    for (const [step, count] of counts[title]) console.log(`${title}: ${step} is reached ${count} times`);
  }
  const random = createRandom(seed);
  for (let number = 0; number < wantedRounds; number++) {
    rounds.push(await randomRound(place, number, titles, counts, random));
    if ((number + 1) % 20 === 0) console.log(`${number + 1} of ${wantedRounds} rounds`);
  }
  await finish({
    counts: Object.fromEntries(titles.map((title) => [title, Object.fromEntries(counts[title])])),
    sweeps,
    rounds,
    expected,
  });
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** `docs` with its points and a backup of them: what every command starts from. */
async function makePlace() {
  const oldPoints = Math.ceil(points * 0.6);
  const place = {
    url: server.url,
    folder,
    points,
    oldPoints,
    seed,
    home: join(folder, 'home'),
    env: { QDX_URL: server.url },
  };
  await makeCollection(server.url, 'docs__1', points, seed);
  await leadTo(server.url, 'docs', 'docs__1');
  await makeCollection(server.url, 'old', oldPoints, seed + 1);
  const backup = join(folder, 'backup');
  const partPoints = String(Math.ceil(points / 12));
  const made = await runQdx(['backup', 'docs', '--to', backup, '--part-points', partPoints], place.home, place.env);
  if (made.exitCode !== 0) throw new Error(made.stderr);
  const [expected, old] = [await readCollection(server.url, 'docs'), await readCollection(server.url, 'old')];
  return { ...place, backup, expected, old, ...(titles.includes('force') && (await makeUploads(place))) };
}

async function finish(found) {
  const bars = killBars(found);
  const killed = [...found.sweeps, ...found.rounds].reduce((sum, { kills }) => sum + kills, 0);
  console.log(
    `${killed} runs killed: ${found.sweeps.length} at named steps, the rest in ${found.rounds.length} rounds`,
  );
  for (const row of [...found.sweeps, ...found.rounds]) if (row.stderr) console.log(JSON.stringify(row));
  reportBars(bars);
  keepRun({ host: await describeHost(), seed, points, killed, bars, ...found }, import.meta.url, values.out);
}
