/**
 * What is reranking with the encoder's own token vectors worth, what must be kept for it, where, and how is it mixed?
 *
 * node benchmarks/late-interaction/run.js [--work FOLDER]   (FOLDER keeps the vectors for the next run)
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { percentile } from '../../dist/lib/statistics/latency.js';
import { describeHost } from '../host.js';
import { keepRun, reportBars } from '../keep-run.js';
import { barsOf } from './bars.js';
import { qdx } from '../qdx.js';
import { docsAndCode, openBench, prepareSet } from './corpus.js';
import { bytesOf, chosen, forms, scoringTimes, simsOf } from './forms.js';
import { anyOther, figures, judgeAll, judgedWays, leaveOneOut, liftOf, ofItsGroup } from './mixture.js';
import { measureStore, stores } from './stores.js';
import { chosenWay, rankingsOf, ways } from './ways.js';

const shared = fileURLToPath(new URL('../../../shared', import.meta.url));
const { values: options } = parseArgs({ options: { work: { type: 'string' } } });

async function main() {
  const work = options.work ?? mkdtempSync(join(tmpdir(), 'qdx-late-'));
  mkdirSync(work, { recursive: true });
  try {
    const judged = await docsAndCode(shared, work);
    for (const { collection, embed } of judged) qdx(work, ['embed', '-c', collection, ...embed, '--json', '-q']);
    const bench = await openBench(work);
    const sets = [];
    for (const set of judged) sets.push(await prepareSet(bench, set));
    const report = await measure(bench, sets, join(work, 'data', 'qdx', 'qdrant', 'storage'));
    await bench.close();
    const bars = barsOf(report);
    reportBars(bars);
    keepRun({ host: await describeHost(), bars, ...report }, import.meta.url);
  } finally {
    qdx(work, ['server', 'stop']);
    if (!options.work) rmSync(work, { recursive: true, force: true });
  }
}

async function measure(bench, sets, dataFolder) {
  const place = ({ group, collection }, judged) => ({ group, collection, judged });
  const before = sets.map((set) =>
    place(
      set,
      judgeAll(
        set,
        set.queries.map(({ candidates }) => candidates),
      ),
    ),
  );
  const rows = [];
  let chosenSims;
  for (const form of forms) {
    const sims = new Map(sets.map((set) => [set.collection, simsOf(set, bench.dimension, form)]));
    if (form === chosen) chosenSims = sims;
    const after = sets.map((set) => place(set, judgeAll(set, rankingsOf(set, sims.get(set.collection)))));
    rows.push({ form: form.name, bytes: bytesOf(sets, bench.dimension, form), after });
  }
  const scoringMs = scoringTimes(sets, bench.encoder.card);
  const mixtures = heldOutWays(sets, chosenSims, before);
  const measured = [];
  for (const name of Object.keys(stores)) measured.push(await measureStore(bench, sets, name, dataFolder));
  const after = rows.find(({ form }) => form === chosen.name).after;
  const report = {
    lift: liftOf(before, after),
    heldOutLift: mixtures.find(({ way }) => way === chosenWay).ofItsGroup.lift,
    mixtures,
    forms: [
      { form: 'first stage alone', bytes: 0, ...groups(before) },
      ...rows.map((row) => withGroups(row, row.after)),
    ],
    scoringMs,
    stores: measured.map(({ latencies, results, ...rest }) => ({
      ...rest,
      p50Ms: percentile(latencies, 0.5),
      p95Ms: percentile(latencies, 0.95),
      ...groups(results),
    })),
  };
  print(report);
  return report;
}

/** Each way to mix, its parameters chosen without the corpus that they are judged on. */
function heldOutWays(sets, sims, before) {
  const table = judgedWays(sets, sims);
  return Object.keys(ways).map((way) => {
    const judge = (isTeacher) => {
      const results = leaveOneOut(sets, way, table[way], isTeacher);
      const picked = results.map(({ collection, picked: parameters }) => ({ collection, ...parameters }));
      return { ...groups(results), lift: liftOf(before, results), picked };
    };
    return { way, ofItsGroup: judge(ofItsGroup), anyOther: judge(anyOther) };
  });
}

const groups = (results) => ({ docs: figures(results, 'docs'), code: figures(results, 'code') });
const withGroups = ({ form, bytes }, results) => ({ form, bytes, ...groups(results) });

function print({ forms: table, mixtures, lift, stores: measured, scoringMs }) {
  const shown = ({ file, passage, hitAt5 }) => [file, passage, hitAt5].map((value) => value.toFixed(3)).join(' / ');
  const line = (cells) => console.log(`| ${cells.join(' | ')} |`);
  line(['kept', 'bytes a chunk', 'docs: file / passage / hit@5', 'code']);
  line(['---', '--:', '---', '---']);
  for (const { form, bytes, docs, code } of table) line([form, Math.round(bytes), shown(docs), shown(code)]);
  const interval = ({ lift: mean, low, high }) => `${mean.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
  console.log(`passage lift of qdx's weights, 180 queries: ${interval(lift)}`);
  line([
    'mixed, weights chosen by',
    'three of a kind: docs',
    'code',
    'passage lift',
    'all seven others: docs',
    'code',
    'passage lift',
  ]);
  line(Array.from({ length: 7 }, () => '---'));
  for (const { way, ofItsGroup: three, anyOther: seven } of mixtures)
    line([way, ...[three, seven].flatMap((one) => [shown(one.docs), shown(one.code), interval(one.lift)])]);
  console.log(`scoring 50 stored candidates: p95 ${percentile(scoringMs, 0.95).toFixed(1)} ms`);
  line(['store', 'upload s', 'sent MB', 'disk MB', 'server MB', 'p50 ms', 'p95 ms', 'docs, dense candidates', 'code']);
  line(['---', '--:', '--:', '--:', '--:', '--:', '--:', '---', '---']);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  for (const one of measured)
    line([
      one.store,
      (one.uploadMs / 1000).toFixed(1),
      megabytes(one.uploadedBytes),
      megabytes(one.diskBytes),
      megabytes(one.residentBytes),
      one.p50Ms.toFixed(1),
      one.p95Ms.toFixed(1),
      shown(one.docs),
      shown(one.code),
    ]);
}

if (!existsSync(join(shared, 'datasets'))) {
  console.log('skipped: the judged sets are not beside this repository (../shared/datasets)');
} else {
  await main();
}
