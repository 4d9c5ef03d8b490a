/**
 * How well does search rank? Judged queries over documentation, code and CoSQA, end to end: embedded by the built binary
 * into a real Qdrant, searched by the library: each list alone, both, the first stage with one signal off at a time, the default.
 *
 * node benchmarks/quality/run.js [--work FOLDER] [--only docs|code|cosqa]   (FOLDER keeps vectors for the next run)
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeHost } from '../host.js';
import { mean } from '../../dist/lib/statistics/mean.js';
import { keepRun, reportBars } from '../keep-run.js';
import { openLibrary, qdx } from '../qdx.js';
import { dualBars, fixedBars, rerankingBars } from './bars.js';
import { datasets } from './datasets.js';
import { figure, judge, measures } from './metrics.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const shared = join(root, '../shared');
const { values: options } = parseArgs({ options: { work: { type: 'string' }, only: { type: 'string' } } });

const noSignals = { definition: 0, exact: 0, path: 0, coherence: 0, repeat: 0, section: 0, aside: 0 };
const rankings = {
  dense: { mode: 'dense' },
  lexical: { mode: 'lexical' },
  'both, no signals': { mode: 'hybrid', weights: noSignals },
  'first stage': { mode: 'hybrid' },
  default: { mode: 'hybrid', isReranked: true },
  ...Object.fromEntries(
    Object.keys(noSignals).map((name) => [`first stage without ${name}`, { mode: 'hybrid', weights: { [name]: 0 } }]),
  ),
};

async function main() {
  const work = options.work ?? mkdtempSync(join(tmpdir(), 'qdx-quality-'));
  mkdirSync(work, { recursive: true });
  try {
    const sets = (await datasets(shared, work)).filter(({ group }) => !options.only || group === options.only);
    for (const { collection, embed } of sets) {
      const { chunks } = JSON.parse(qdx(work, ['embed', '-c', collection, ...embed, '--json', '-q']));
      console.error(`${collection}: ${chunks} chunks`);
    }
    const results = await rankAll(sets, work);
    console.log(table(results));
    const bars = [...fixedBars(results), ...dualBars(results), ...rerankingBars(results)];
    reportBars(bars);
    const settings = { only: options.only ?? 'all', rankings };
    keepRun({ host: await describeHost(), settings, bars, results: results.map(compact) }, import.meta.url);
  } finally {
    qdx(work, ['server', 'stop']);
    if (!options.work) rmSync(work, { recursive: true, force: true });
  }
}

async function rankAll(sets, work) {
  const { createSearcher } = await import('../../dist/core/retrieval/search.js');
  const { connection, places, paramsOf, close } = await openLibrary(work);
  const results = [];
  for (const { group, collection, queries } of sets) {
    for (const [ranking, { mode, weights, isReranked }] of Object.entries(rankings)) {
      const { rerank, ...usual } = paramsOf(collection);
      const params = { ...usual, mode, limit: 100, ...(weights && { weights }), ...(isReranked && { rerank }) };
      const searcher = await createSearcher(connection, params, places);
      const judged = [];
      for (const query of queries) {
        const { hits, timing } = await searcher.search(query.text);
        judged.push({ id: query.id, ms: timing.totalMs, ...judge(query, hits) });
      }
      await searcher.close();
      results.push({ group, collection, ranking, judged });
    }
  }
  await close();
  return results;
}

const shown = (value) => (Number.isNaN(value) ? '' : value.toFixed(3));

function table(results) {
  const row = (ranking) => {
    const of = (group, name) => shown(figure(results, group, ranking, name));
    const three = (group) => measures.map((name) => of(group, name)).join(' / ');
    return `| ${ranking} | ${three('docs')} | ${three('code')} | ${of('cosqa', 'file')} |`;
  };
  const perSet = [...new Set(results.map(({ collection }) => collection))].map((collection) => {
    const of = (ranking) => {
      const { judged } = results.find((one) => one.collection === collection && one.ranking === ranking);
      return [judged.map(({ file }) => file), judged.map(({ passage }) => passage ?? Number.NaN)].map((values) =>
        shown(mean(values)),
      );
    };
    return `| ${collection} | ${['dense', 'lexical', 'first stage', 'default'].map((ranking) => of(ranking).filter(Boolean).join(' / ')).join(' | ')} |`;
  });
  return [
    'nDCG@10: file / passage / hit@5 / file over ten hits',
    '',
    '| ranking | docs | code | CoSQA |',
    '| --- | --- | --- | --- |',
    ...Object.keys(rankings).map(row),
    '',
    '| set (file / passage) | dense | lexical | first stage | default |',
    '| --- | --- | --- | --- | --- |',
    ...perSet,
  ].join('\n');
}

/** A line a query: what it got, in the order of `measures`. */
function compact({ group, collection, ranking, judged }) {
  const line = (one) => measures.map((name) => one[name]?.toFixed(4) ?? '-').join(' ');
  const queries = Object.fromEntries(judged.map((one) => [one.id, line(one)]));
  return { group, collection, ranking, measures: measures.join(' '), queries };
}

if (!existsSync(join(shared, 'datasets'))) {
  console.log('skipped: the judged sets are not beside this repository (../shared/datasets)');
} else {
  await main();
}
