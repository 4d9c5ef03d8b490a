/**
 * How well does search rank? Judged queries over documentation, code and CoSQA, end to end: embedded by the built binary
 * into a real Qdrant, searched by the library: each list alone, both, the first stage with one signal off at a time, the default.
 *
 * node benchmarks/quality/run.js [--work FOLDER] [--only docs|code|cosqa]   (FOLDER keeps vectors for the next run)
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeHost } from '../host.js';
import { keepRun, reportBars } from '../keep-run.js';
import { dualBars, fixedBars, rerankingBars } from './bars.js';
import { datasets } from './datasets.js';
import { figure, mean, measures } from './metrics.js';

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
  const env = {
    PATH: process.env.PATH,
    HOME: work,
    XDG_CACHE_HOME: join(work, 'cache'),
    XDG_CONFIG_HOME: join(work, 'config'),
    XDG_DATA_HOME: join(work, 'data'),
  };
  const qdx = (args) =>
    spawnSync(process.execPath, [join(root, 'bin/qdx.js'), ...args], {
      cwd: work,
      env,
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
  try {
    const sets = datasets(shared, work).filter(({ group }) => !options.only || group === options.only);
    for (const { collection, embed } of sets) {
      const run = qdx(['embed', '-c', collection, ...embed, '--json', '-q']);
      if (run.status !== 0) throw new Error(`embedding ${collection}: ${run.stderr}`);
      console.error(`${collection}: ${JSON.parse(run.stdout).chunks} chunks`);
    }
    const results = await rankAll(sets, join(work, 'data', 'qdx'), work, env);
    console.log(table(results));
    const bars = [...fixedBars(results), ...dualBars(results), ...rerankingBars(results)];
    reportBars(bars);
    const settings = { only: options.only ?? 'all', rankings };
    keepRun({ host: await describeHost(), settings, bars, results: results.map(compact) }, import.meta.url);
  } finally {
    qdx(['server', 'stop']);
    if (!options.work) rmSync(work, { recursive: true, force: true });
  }
}

async function rankAll(sets, dataFolder, work, environment) {
  const load = (path) => import(new URL(`../../dist/core/${path}`, import.meta.url));
  const { rerankParams } = await load('../commands/rerank-settings.js');
  const { connect } = await load('qdrant/connection/connect.js');
  const { settingsSchema } = await load('config/schema.js');
  const { createSearcher } = await load('retrieval/search.js');
  const { findModel } = await load('models/find-model.js');
  const settings = settingsSchema.parse({});
  const connection = await connect({ connection: settings.connection, dataFolder, environment });
  const cacheFolder = join(work, 'cache', 'qdx');
  const places = { cacheFolder, findModel: (name) => findModel(name, { cacheFolder }) };
  const results = [];
  for (const set of sets) {
    for (const [ranking, { mode, weights, isReranked }] of Object.entries(rankings)) {
      const searcher = await createSearcher(
        connection,
        {
          collections: [set.collection],
          mode,
          modeIsExplicit: true,
          limit: 100,
          candidates: settings.search.candidates,
          filters: { conditions: [], paths: [], excludes: [], subdirectories: [], languages: [] },
          exact: false,
          ef: settings.index.efSearch,
          oversampling: settings.search.oversampling,
          contextLines: 0,
          explain: false,
          vectorName: settings.vector.name,
          sparseName: settings.vector.sparseName,
          payloadKeys: {},
          ...(weights && { weights }),
          ...(isReranked && { rerank: rerankParams(settings) }),
        },
        places,
      );
      const judged = [];
      for (const query of set.queries) {
        const { hits, timing } = await searcher.search(query.query);
        judged.push({ id: query.id, type: query.type, ms: timing.totalMs, ...set.judge(query, hits) });
      }
      await searcher.close();
      results.push({ group: set.group, collection: set.collection, ranking, judged });
    }
  }
  await connection.close();
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
