/**
 * What may be kept of token vectors: the mean of each window of neighbours, as floats or as sign bits; and MaxSim with it.
 */
const load = (path) => import(new URL(`../../dist/core/${path}`, import.meta.url));
const { signBits } = await load('models/encoders/token-bits.js');
const { maxSims } = await load('retrieval/rerank/late/max-sim.js');
const { packTokenBits, tokenLayout, unpackTokenBits } = await load('vectors/packed-tokens.js');

export const forms = [
  { name: 'every token, float32', window: 1, bits: 32 },
  { name: 'every token, sign bits', window: 1, bits: 1 },
  { name: 'mean of 2, float32', window: 2, bits: 32 },
  { name: 'mean of 2, sign bits', window: 2, bits: 1 },
  { name: 'mean of 4, float32', window: 4, bits: 32 },
  { name: 'mean of 4, sign bits', window: 4, bits: 1 },
  { name: 'mean of 8, sign bits', window: 8, bits: 1 },
];
export const chosen = forms.find(({ name }) => name === 'mean of 4, sign bits');

/** MaxSim of every query with its candidates, in their order. */
export function simsOf({ queries, chunks }, dimension, { window, bits }) {
  const keep = (tokens) => (bits === 1 ? signBits(tokens, dimension, window) : meansOf(tokens, dimension, window));
  const kept = new Map([...chunks].map(([id, { tokenVectors }]) => [id, keep(tokenVectors)]));
  const score = bits === 1 ? maxSims : floatMaxSims;
  return queries.map(({ tokens, candidates }) => [
    ...score(
      tokens,
      dimension,
      candidates.map(({ id }) => kept.get(id)),
    ),
  ]);
}

/** Milliseconds from the payloads of the candidates of each query to their scores, in a process that has done it before; sorted. */
export function scoringTimes(sets, card) {
  const layout = tokenLayout(card, chosen.window);
  const stored = sets.flatMap(({ queries, chunks }) =>
    queries.map(({ tokens, candidates }) => ({
      tokens,
      payloads: candidates.map(({ id }) =>
        packTokenBits(signBits(chunks.get(id).tokenVectors, card.dimension, chosen.window), layout),
      ),
    })),
  );
  const timed = ({ tokens, payloads }) => {
    const from = performance.now();
    maxSims(
      tokens,
      card.dimension,
      payloads.map((payload) => unpackTokenBits(payload, layout)),
    );
    return performance.now() - from;
  };
  for (const one of stored.slice(0, warmUps)) timed(one);
  return stored.map(timed).toSorted((a, b) => a - b);
}

const warmUps = 20;

/** Bytes that a chunk takes in that form, on average. */
export function bytesOf(sets, dimension, { window, bits }) {
  const sizes = sets.flatMap(({ chunks }) =>
    [...chunks.values()].map(
      ({ tokenVectors }) => (Math.ceil(tokenVectors.length / dimension / window) * dimension * bits) / 8,
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

export function meansOf(tokens, dimension, window) {
  const count = tokens.length / dimension;
  const means = new Float32Array(Math.ceil(count / window) * dimension);
  for (let at = 0; at < tokens.length; at++) {
    const row = Math.floor(Math.floor(at / dimension) / window);
    means[row * dimension + (at % dimension)] += tokens[at];
  }
  for (let row = 0; row < means.length; row += dimension) {
    const part = means.subarray(row, row + dimension);
    const length = Math.hypot(...part);
    if (length > 0) part.forEach((value, index) => (part[index] = value / length));
  }
  return means;
}

const floatMaxSims = (query, dimension, chunks) => chunks.map((rows) => floatMaxSim(query, rows, dimension));

function floatMaxSim(query, rows, dimension) {
  let sum = 0;
  for (let token = 0; token < query.length; token += dimension) {
    let best = -1;
    for (let row = 0; row < rows.length; row += dimension) {
      let product = 0;
      for (let at = 0; at < dimension; at++) product += query[token + at] * rows[row + at];
      if (product > best) best = product;
    }
    sum += best;
  }
  return (sum * dimension) / query.length;
}
