/**
 * Judged sets as this bench needs them: embedded once by the built binary, then of every query the first stage's candidates, and of every
 * candidate and query all token vectors as floats.
 */
import { openLibrary } from '../qdx.js';
import { datasets } from '../quality/datasets.js';

const load = (path) => import(new URL(`../../dist/core/${path}`, import.meta.url));
const depth = 50;

export async function openBench(work) {
  const { openEncoder } = await load('models/open-encoder.js');
  const library = await openLibrary(work);
  const { cacheFolder, environment, places } = library;
  const model = await places.findModel('all-MiniLM-L6-v2');
  const encoder = await openEncoder(model, { device: 'cpu', workers: 0, use: 'bulk', cacheFolder, environment });
  return {
    ...library,
    encoder,
    dimension: model.card.dimension,
    close: async () => {
      await encoder.close();
      await library.close();
    },
  };
}

export const docsAndCode = async (shared, work) =>
  (await datasets(shared, work)).filter(({ group }) => group !== 'cosqa');

/** The set with `queries` of `{query, answers, tokens, vector, candidates}`; tokens of texts that several queries share are encoded once. */
export async function prepareSet(bench, set) {
  const { createSearcher } = await load('retrieval/search.js');
  const { mapOrdered } = await load('../lib/ordered-map.js');
  const searcher = await createSearcher(bench.connection, firstStage(bench, set.collection), bench.places);
  const chunks = new Map();
  const queries = [];
  for (const query of set.queries) {
    const { hits } = await searcher.search(query.text);
    for (const { id } of hits) chunks.set(id, null);
    queries.push({ ...query, candidates: hits });
  }
  await searcher.close();
  const texts = await textsOf(bench, set.collection, [...chunks.keys()]);
  const encode = async ([id, text]) => [id, await bench.encoder.encode(text, { role: 'document', tokenVectors: true })];
  for await (const [id, encoded] of mapOrdered(texts, encode, { inFlight: () => 2 * bench.encoder.parallel }))
    chunks.set(id, encoded);
  for (const query of queries) {
    const encoded = await bench.encoder.encode(query.text, { role: 'query', tokenVectors: true });
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

function firstStage({ paramsOf }, collection) {
  const { rerank: _, ...usual } = paramsOf(collection);
  return { ...usual, limit: depth, explain: true };
}

async function textsOf({ connection }, collection, ids) {
  const { retrievePoints } = await load('qdrant/collection/points.js');
  const { storedText } = await load('qdrant/collection/stored-text.js');
  const { readCard } = await load('qdrant/collection/card-store.js');
  const card = await readCard(connection, collection);
  const points = await retrievePoints(connection, collection, ids);
  return points.map((point) => [point.id, storedText(point, card)]);
}
