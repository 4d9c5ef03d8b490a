/**
 * What is in a collection, by code that shares nothing with qdx: each point as a hash of its values, keys sorted.
 */
import { createHash } from 'node:crypto';
import { ask } from '../qdrant-server.js';

/** Mulberry32. */
export function createRandom(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    oneOf: (list) => list[Math.floor(next() * list.length)],
  };
}

const dimension = 16;

/** Half of the ids are integers, half are UUIDs; payloads differ in shape. */
function makePoint(index, random) {
  const hex = (index * 2_654_435_761).toString(16).padStart(12, '0').slice(-12);
  return {
    id: index % 2 === 0 ? index * 1000 + 1 : `0f000000-0000-4000-8000-${hex}`,
    vector: Array.from({ length: dimension }, () => Math.fround(random.next() * 2 - 1)),
    payload: {
      content: `point ${index} ${'x'.repeat(random.below(200))}`,
      number: random.below(1_000_000),
      share: random.next(),
      nested: { list: [index, null, true, { deep: `${index}` }] },
    },
  };
}

export async function makeCollection(url, name, count, seed) {
  const random = createRandom(seed);
  await ask(url, 'PUT', `/collections/${name}`, {
    vectors: { size: dimension, distance: 'Dot' },
    shard_number: 2,
    optimizers_config: { default_segment_number: 2 },
  });
  await ask(url, 'PUT', `/collections/${name}/index?wait=true`, { field_name: 'number', field_schema: 'integer' });
  for (let start = 0; start < count; start += 500) {
    const points = Array.from({ length: Math.min(500, count - start) }, (_, at) => makePoint(start + at, random));
    await ask(url, 'PUT', `/collections/${name}/points?wait=true`, { points });
  }
}

export const leadTo = (url, alias, collection) =>
  ask(url, 'POST', '/collections/aliases', {
    actions: [{ create_alias: { alias_name: alias, collection_name: collection } }],
  });

/** Every point of a collection: `hashes` by id, and how many ids came twice. */
export async function readCollection(url, name) {
  const seen = createPointSet();
  let offset = null;
  do {
    const body = { limit: 1000, with_payload: true, with_vector: true, ...(offset !== null && { offset }) };
    const page = await ask(url, 'POST', `/collections/${name}/points/scroll`, body);
    for (const point of page.points) seen.add(point);
    offset = page.next_page_offset;
  } while (offset !== null && offset !== undefined);
  return seen;
}

export function createPointSet() {
  const hashes = new Map();
  let doubled = 0;
  return {
    hashes,
    get doubled() {
      return doubled;
    },
    add({ id, payload, vector }) {
      if (hashes.has(String(id))) doubled++;
      hashes.set(
        String(id),
        createHash('sha256')
          .update(canonical([payload, vector]))
          .digest('hex'),
      );
    },
    /** Of all of them, in the order of ids as text. */
    digest() {
      const lines = [...hashes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map((entry) => entry.join(' '));
      return createHash('sha256').update(lines.join('\n')).digest('hex');
    },
  };
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}

/** How a set of points differs from what it should be. */
export function differences(expected, found) {
  let [lost, changed, extra] = [0, 0, 0];
  for (const [id, hash] of expected.hashes) {
    const actual = found.hashes.get(id);
    if (actual === undefined) lost++;
    else if (actual !== hash) changed++;
  }
  for (const id of found.hashes.keys()) if (!expected.hashes.has(id)) extra++;
  return { lost, doubled: found.doubled, changed, extra };
}

export const isSame = ({ lost, doubled, changed, extra }) => lost + doubled + changed + extra === 0;
