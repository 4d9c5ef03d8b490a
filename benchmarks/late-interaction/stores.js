/**
 * The two stores, side by side on one server: sign bits in the payload, scored in the client, and a Qdrant multivector with
 * MaxSim. The same points, the same 50 candidates by their dense vector, the same mixture.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { meansOf } from './forms.js';
import { judgeAll } from './mixture.js';

const load = (path) => import(new URL(`../../dist/core/${path}`, import.meta.url));
const { signBits } = await load('models/encoders/token-bits.js');
const { maxSims } = await load('retrieval/rerank/late/max-sim.js');
const { mixedScores } = await load('retrieval/rerank/late/mixture.js');
const { packTokenBits, unpackTokenBits } = await load('vectors/packed-tokens.js');

const window = 4;
const depth = 50;
const batchSize = 64;
const multivector = (dimension) => ({
  size: dimension,
  distance: 'Cosine',
  multivector_config: { comparator: 'max_sim' },
  hnsw_config: { m: 0 },
  on_disk: true,
  datatype: 'float16',
});

/** Each: how the collection is made, what of a chunk goes there, and how a query is answered: `[id, cosine, MaxSim]`. */
export const stores = {
  'sign bits in the payload': {
    vectors: () => ({}),
    partsOf: (tokens, layout) => ({
      payload: { token_vectors: packTokenBits(signBits(tokens, layout.dimension, window), layout) },
    }),
    ask: async ({ request, tokens, vector, layout }) => {
      const body = { query: [...vector], using: 'dense', limit: depth };
      const { points: hits } = await request('/query', body);
      const points = await request('', { ids: hits.map(({ id }) => id), with_payload: ['token_vectors'] });
      const bits = new Map(points.map(({ id, payload }) => [id, unpackTokenBits(payload.token_vectors, layout)]));
      const sims = maxSims(
        tokens,
        layout.dimension,
        hits.map(({ id }) => bits.get(id)),
      );
      return hits.map(({ id, score }, index) => [id, score, sims[index]]);
    },
  },
  'multivector, float16 on disk': {
    vectors: (dimension) => ({ late: multivector(dimension) }),
    partsOf: lateVector,
    ask: askMultivector,
  },
  'multivector, with binary quantization': {
    vectors: (dimension) => ({
      late: { ...multivector(dimension), quantization_config: { binary: { always_ram: true } } },
    }),
    partsOf: lateVector,
    ask: askMultivector,
  },
};

function lateVector(tokens, { dimension }) {
  const means = meansOf(tokens, dimension, window);
  const rows = Array.from({ length: means.length / dimension }, (_, row) =>
    [...means.subarray(row * dimension, (row + 1) * dimension)].map(rounded),
  );
  return { vectors: { late: rows } };
}

/** As few digits as float16 can keep, so that the upload is not measured by digits that are thrown away. */
const rounded = (value) => Math.round(value * 1e5) / 1e5;

async function askMultivector({ request, tokens, vector, layout }) {
  const dense = { query: [...vector], using: 'dense', limit: depth };
  const rows = Array.from({ length: tokens.length / layout.dimension }, (_, row) => [
    ...tokens.subarray(row * layout.dimension, (row + 1) * layout.dimension),
  ]);
  const late = { query: rows, using: 'late', limit: depth, prefetch: dense };
  const [{ points: hits }, { points: scored }] = await request('/query/batch', { searches: [dense, late] });
  const sims = new Map(scored.map(({ id, score }) => [id, score / rows.length]));
  return hits.map(({ id, score }) => [id, score, sims.get(id) ?? 0]);
}

/** All sets in one collection each store; figures of upload, size, memory, latency and quality. */
export async function measureStore(bench, sets, name, dataFolder) {
  const { connection, dimension } = bench;
  const store = stores[name];
  const collection = `store-${Object.keys(stores).indexOf(name)}`;
  const path = (tail) => `/collections/${collection}${tail}`;
  const { tokenLayout } = await load('vectors/packed-tokens.js');
  const layout = tokenLayout(bench.encoder.card, window);
  const residentBefore = residentBytes(dataFolder);
  const vectors = { dense: { size: dimension, distance: 'Cosine' }, ...store.vectors(dimension) };
  await connection.request('PUT', path(''), { body: { vectors } });
  const chunks = sets.flatMap((set) => [...set.chunks].map(([id, encoded]) => ({ id, encoded })));
  const startedAt = performance.now();
  let uploadedBytes = 0;
  for (let from = 0; from < chunks.length; from += batchSize) {
    const points = chunks.slice(from, from + batchSize).map(({ id, encoded }) => {
      const { vectors: further = {}, payload = {} } = store.partsOf(encoded.tokenVectors, layout);
      return { id, vector: { dense: [...encoded.vector], ...further }, payload };
    });
    uploadedBytes += Buffer.byteLength(JSON.stringify(points));
    await connection.request('PUT', path('/points'), { query: { wait: true }, body: { points } });
  }
  const uploadMs = performance.now() - startedAt;
  await settled(connection, collection);
  const request = (tail, body) => connection.request('POST', path(`/points${tail}`), { body });
  const { results, latencies } = await askAll(sets, { store, request, layout });
  return {
    store: name,
    chunks: chunks.length,
    uploadMs,
    uploadedBytes,
    diskBytes: folderBytes(join(dataFolder, 'collections', collection)),
    residentBytes: residentBytes(dataFolder) - residentBefore,
    latencies,
    results,
  };
}

async function askAll(sets, { store, request, layout }) {
  const latencies = [];
  const results = [];
  for (const set of sets) {
    const own = new Map(set.queries.flatMap(({ candidates }) => candidates.map((hit) => [hit.id, hit])));
    const rankings = [];
    for (const { tokens, vector } of set.queries) {
      const from = performance.now();
      const found = await store.ask({ request, tokens, vector, layout });
      const scores = mixedScores(found.map(([, cosine, maxSim]) => ({ score: cosine, cosine, maxSim })));
      const order = found.map(([id], index) => ({ id, score: scores[index] })).toSorted((a, b) => b.score - a.score);
      latencies.push(performance.now() - from);
      // Candidates of other sets lie in the same collection: they are no answers here.
      rankings.push(order.flatMap(({ id }) => own.get(id) ?? []));
    }
    results.push({ collection: set.collection, group: set.group, judged: judgeAll(set, rankings) });
  }
  return { results, latencies: latencies.toSorted((a, b) => a - b) };
}

async function settled(connection, collection) {
  for (;;) {
    const { status } = await connection.request('GET', `/collections/${collection}`);
    if (status === 'green') return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Of the server's process, on Linux; NaN elsewhere. */
function residentBytes(dataFolder) {
  const { pid } = JSON.parse(readFileSync(join(dataFolder, '../server.json'), 'utf8'));
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return Number.NaN;
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(status, 'utf8'))?.[1]) * 1024;
}

/** Blocks that are really there: the server makes files with holes. */
const folderBytes = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).blocks * 512, 0);
