/**
 * Judged sets as this bench needs them: embedded once by the built binary, then of every query the first stage's candidates, and of every
 * candidate and query all token vectors as floats.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { datasets } from '../quality/datasets.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const load = (path) => import(new URL(`../../dist/core/${path}`, import.meta.url));
const depth = 50;

const environmentOf = (work) => ({
  PATH: process.env.PATH,
  HOME: work,
  XDG_CACHE_HOME: join(work, 'cache'),
  XDG_CONFIG_HOME: join(work, 'config'),
  XDG_DATA_HOME: join(work, 'data'),
});

export function qdx(work, args) {
  const run = spawnSync(process.execPath, [join(root, 'bin/qdx.js'), ...args], {
    cwd: work,
    env: environmentOf(work),
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (run.status !== 0) throw new Error(`qdx ${args.join(' ')}: ${run.stderr}`);
  return run.stdout;
}

export async function openBench(work) {
  const { connect } = await load('qdrant/connection/connect.js');
  const { settingsSchema } = await load('config/schema.js');
  const { findModel } = await load('models/find-model.js');
  const { openEncoder } = await load('models/open-encoder.js');
  const environment = environmentOf(work);
  const settings = settingsSchema.parse({});
  const cacheFolder = join(work, 'cache', 'qdx');
  const model = await findModel('all-MiniLM-L6-v2', { cacheFolder });
  const connection = await connect({
    connection: settings.connection,
    dataFolder: join(work, 'data', 'qdx'),
    environment,
  });
  const encoder = await openEncoder(model, { device: 'cpu', workers: 0, use: 'bulk', cacheFolder, environment });
  const places = { cacheFolder, findModel: (name) => findModel(name, { cacheFolder }) };
  return {
    connection,
    encoder,
    places,
    settings,
    dimension: model.card.dimension,
    close: async () => {
      await encoder.close();
      await connection.close();
    },
  };
}

export const docsAndCode = (shared, work) => datasets(shared, work).filter(({ group }) => group !== 'cosqa');

/** The set with `queries` of `{query, answers, tokens, vector, candidates}`; tokens of texts that several queries share are encoded once. */
export async function prepareSet(bench, set) {
  const { createSearcher } = await load('retrieval/search.js');
  const { mapOrdered } = await load('../lib/ordered-map.js');
  const searcher = await createSearcher(bench.connection, firstStage(bench, set.collection), bench.places);
  const chunks = new Map();
  const queries = [];
  for (const query of set.queries) {
    const { hits } = await searcher.search(query.query);
    for (const { id } of hits) chunks.set(id, null);
    queries.push({ ...query, candidates: hits });
  }
  await searcher.close();
  const texts = await textsOf(bench, set.collection, [...chunks.keys()]);
  const encode = async ([id, text]) => [id, await bench.encoder.encode(text, { role: 'document', tokenVectors: true })];
  for await (const [id, encoded] of mapOrdered(texts, encode, { inFlight: () => 2 * bench.encoder.parallel }))
    chunks.set(id, encoded);
  for (const query of queries) {
    const encoded = await bench.encoder.encode(query.query, { role: 'query', tokenVectors: true });
    Object.assign(query, {
      tokens: encoded.tokenVectors,
      vector: encoded.vector,
      candidates: query.candidates.map((hit) => asCandidate(hit, set.collection)),
    });
  }
  return { ...set, queries, chunks };
}

/** A hit as rerankers get it; what judging needs of it stays. */
function asCandidate(hit, collection) {
  const payload = {
    source: hit.source,
    source_path: hit.path,
    heading_path: hit.headingPath,
    symbol_path: hit.symbolPath,
  };
  const undemoted = hit.score - (hit.signals.section ?? 0);
  return { ...hit, target: { name: collection }, payload, undemoted };
}

const firstStage = ({ settings }, collection) => ({
  collections: [collection],
  mode: 'hybrid',
  modeIsExplicit: true,
  limit: depth,
  candidates: settings.search.candidates,
  filters: { conditions: [], paths: [], excludes: [], subdirectories: [], languages: [] },
  exact: false,
  ef: settings.index.efSearch,
  oversampling: settings.search.oversampling,
  contextLines: 0,
  explain: true,
  vectorName: settings.vector.name,
  sparseName: settings.vector.sparseName,
  payloadKeys: {},
});

async function textsOf({ connection }, collection, ids) {
  const { retrievePoints } = await load('qdrant/collection/points.js');
  const { storedText } = await load('qdrant/collection/stored-text.js');
  const { readCard } = await load('qdrant/collection/card-store.js');
  const card = await readCard(connection, collection);
  const points = await retrievePoints(connection, collection, ids);
  return points.map((point) => [point.id, storedText(point, card)]);
}
