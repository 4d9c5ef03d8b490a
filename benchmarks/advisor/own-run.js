/** A collection built as it was advised, and its recall, by code that shares nothing with qdx. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../qdrant-server.js';

const depth = 10;
const queries = 500;
const page = 500;

/** All points of `from`, its dense vector alone, in a collection with the advised settings, indexed whatever its size. */
export async function buildAsAdvised({ url, from, to, recommended }) {
  const { config } = await ask(url, 'GET', `/collections/${from}`);
  const dense = config.params.vectors.size ? config.params.vectors : config.params.vectors.dense;
  await ask(url, 'PUT', `/collections/${to}`, {
    vectors: { size: dense.size, distance: dense.distance },
    hnsw_config: { ...hnswOf(recommended.build), full_scan_threshold: 10 },
    optimizers_config: { indexing_threshold: 1, default_segment_number: 1 },
    quantization_config: quantizationOf(recommended.build),
  });
  let offset = null;
  do {
    const body = { limit: page, with_vector: true, with_payload: false, ...(offset !== null && { offset }) };
    const { points, next_page_offset: next } = await ask(url, 'POST', `/collections/${from}/points/scroll`, body);
    const copies = points.map(({ id, vector }) => ({ id, vector: vector.dense ?? vector, payload: {} }));
    await ask(url, 'PUT', `/collections/${to}/points?wait=true`, { points: copies });
    offset = next;
  } while (offset !== null && offset !== undefined);
  await untilIndexed(url, to);
}

/** As the rows of the advice name them: `m 16, ef_construct 100`. */
function hnswOf(build) {
  const [, m, efConstruct] = /m (\d+), ef_construct (\d+)/u.exec(build) ?? [];
  return m ? { m: Number(m), ef_construct: Number(efConstruct) } : {};
}

/** `int8`, `binary 1 bit`, `binary 1.5 bits, query 8 bits`, `binary 2 bits`; none for anything else. */
function quantizationOf(build) {
  if (build.startsWith('int8')) return { scalar: { type: 'int8', quantile: 0.99, always_ram: true } };
  const [, bits] = /^binary ([\d.]+) bit/u.exec(build) ?? [];
  if (!bits) return null;
  const encoding = { 1: 'one_bit', 1.5: 'one_and_half_bits', 2: 'two_bits' }[bits];
  const query = build.includes('query 8 bits') ? { query_encoding: 'scalar8bits' } : {};
  return { binary: { always_ram: true, encoding, ...query } };
}

async function untilIndexed(url, name) {
  for (;;) {
    const {
      status,
      indexed_vectors_count: indexed,
      points_count: points,
    } = await ask(url, 'GET', `/collections/${name}`);
    // The last segment may stay open for what comes next.
    if (status === 'green' && indexed >= 0.99 * points) return;
    await sleep(200);
  }
}

/** Mean share of the ten nearest others that the advised search finds of points drawn at random. */
export async function measureRecall({ url, collection, params, random }) {
  const { count } = await ask(url, 'POST', `/collections/${collection}/points/count`, { exact: true });
  const ids = await idsOf(url, collection);
  const drawn = Array.from({ length: Math.min(queries, count) }, () => ids[Math.floor(random() * ids.length)]);
  const find = async (id, how) => {
    const body = { query: id, limit: depth, params: how };
    const { points } = await ask(url, 'POST', `/collections/${collection}/points/query`, body);
    return points;
  };
  let sum = 0;
  for (const id of drawn) {
    const exact = await find(id, { exact: true, quantization: { ignore: true } });
    const found = await find(id, params);
    const last = exact.at(-1)?.score ?? 0;
    const right = new Set(exact.map((point) => point.id));
    // Points that are equally near are equally right.
    const hits = found.filter(({ id: other, score }) => right.has(other) || Math.abs(score - last) < 1e-6);
    sum += Math.min(hits.length, exact.length) / exact.length;
  }
  return { recall: sum / drawn.length, queries: drawn.length };
}

async function idsOf(url, collection) {
  const ids = [];
  let offset = null;
  do {
    const body = { limit: 10_000, with_vector: false, with_payload: false, ...(offset !== null && { offset }) };
    const { points, next_page_offset: next } = await ask(url, 'POST', `/collections/${collection}/points/scroll`, body);
    ids.push(...points.map(({ id }) => id));
    offset = next;
  } while (offset !== null && offset !== undefined);
  return ids;
}
