/**
 * Error rates of the gate on CoSQA, and its nDCG@10 against an independent evaluator. See README.md.
 *
 * node benchmarks/gate/run.js [--work FOLDER]   (FOLDER keeps vectors for the next run)
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { judge } from '../../dist/core/bench/gate/compare-baseline.js';
import { createRandom, shuffled } from '../../dist/lib/statistics/random.js';
import { describeHost } from '../host.js';
import { keepRun, reportBars } from '../keep-run.js';
import { qdx } from '../qdx.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cosqa = join(root, '../shared/datasets/cosqa-dev');
const tries = 100;
const drop = 0.03;
const measure = 'ndcg@10';
const { values: options } = parseArgs({ options: { work: { type: 'string' } } });

async function main() {
  const work = options.work ?? mkdtempSync(join(tmpdir(), 'qdx-gate-'));
  mkdirSync(work, { recursive: true });
  try {
    const corpus = join(work, 'corpus.jsonl');
    const records = readLines(join(cosqa, 'corpus.jsonl')).map(({ _id: id, text }) => JSON.stringify({ id, text }));
    writeFileSync(corpus, records.join('\n'));
    const runs = ['one', 'two'].map((name) => {
      qdx(work, ['embed', '-c', name, corpus, '--text-field', 'text', '--id-field', 'id', '--no-token-vectors', '-q']);
      const out = join(work, `run-${name}`);
      const asked = ['--queries', cosqa, '-c', name, '--rerank', 'off', '--rounds', '1', '--out', out, '--json', '-q'];
      return { out, report: JSON.parse(qdx(work, ['bench', 'search', ...asked])) };
    });
    const [one, two] = runs.map(({ report }) => scoresOf(report));
    const own = runs[0].report.quality.measures[measure].mean;
    const independent = evaluate(join(runs[0].out, 'run-search.trec'), join(cosqa, 'qrels/test.tsv'));
    const failedAa = countFailures((random) => draw(one, two, random));
    const caught = countFailures((random) => draw(one, planted(two, random), random));
    const bars = [
      {
        title: 'A/A runs that fail',
        figure: `${failedAa} of ${tries}`,
        bar: 'below 5',
        isMet: failedAa < 0.05 * tries,
      },
      {
        title: `a drop of ${drop} that is caught`,
        figure: `${caught} of ${tries}`,
        bar: 'above 80',
        isMet: caught > 0.8 * tries,
      },
      {
        title: `${measure}, qdx against an independent evaluator`,
        figure: `${own} and ${independent}`,
        bar: 'equal to 1e-6',
        isMet: Math.abs(own - independent) < 1e-6,
      },
    ];
    reportBars(bars);
    const differing = [...one].filter(([id, score]) => two.get(id) !== score).length;
    keepRun(
      { host: await describeHost(), settings: { tries, drop, measure, queries: one.size, differing }, bars },
      import.meta.url,
    );
  } finally {
    qdx(work, ['server', 'stop']);
    if (!options.work) rmSync(work, { recursive: true, force: true });
  }
}

const scoresOf = ({ queries }) =>
  new Map(queries.flatMap(({ id, state, scores }) => (state === 'scored' ? [[id, scores[measure]]] : [])));

function countFailures(pairsOf) {
  let failed = 0;
  for (let seed = 1; seed <= tries; seed++)
    if (judge(pairsOf(createRandom(seed)), measure, seed).check.status === 'failed') failed += 1;
  return failed;
}

/** As many queries as there are, drawn with replacement. */
function draw(before, now, random) {
  const ids = [...before.keys()];
  return ids.map((_, index) => {
    const id = ids[Math.floor(random() * ids.length)];
    return { id: `${index} ${id}`, before: before.get(id), now: now.get(id) };
  });
}

/** Scores of which some fell to 0, until the mean is `drop` lower. */
function planted(scores, random) {
  const lower = new Map(scores);
  let left = drop * scores.size;
  for (const [id, score] of shuffled(
    [...scores].filter(([, value]) => value > 0),
    random,
  )) {
    const less = Math.min(score, left);
    lower.set(id, score - less);
    left -= less;
    if (left <= 0) break;
  }
  return lower;
}

/** nDCG@10 with linear gain of a TREC run, by its scores, over all judged queries. Shares no code with qdx. */
function evaluate(runPath, qrelsPath) {
  const judged = {};
  for (const line of readFileSync(qrelsPath, 'utf8').trim().split('\n').slice(1)) {
    const [query, document, grade] = line.trim().split('\t');
    (judged[query] ??= {})[document] = Number(grade);
  }
  const found = {};
  for (const line of readFileSync(runPath, 'utf8').trim().split('\n')) {
    const [query, , document, , score] = line.split(' ');
    (found[query] ??= []).push([document, Number(score)]);
  }
  let sum = 0;
  for (const [query, grades] of Object.entries(judged)) {
    const ranked = (found[query] ?? []).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? 1 : -1)).slice(0, 10);
    const gain = (values) => values.reduce((total, value, place) => total + value / Math.log2(place + 2), 0);
    const best = gain(
      Object.values(grades)
        .sort((a, b) => b - a)
        .slice(0, 10),
    );
    sum += best === 0 ? 0 : gain(ranked.map(([document]) => grades[document] ?? 0)) / best;
  }
  return sum / Object.keys(judged).length;
}

const readLines = (path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

if (existsSync(join(cosqa, 'corpus.jsonl'))) await main();
else console.log('skipped: CoSQA is not beside this repository (../shared/datasets/cosqa-dev)');
