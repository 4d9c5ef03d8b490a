/**
 * What may be kept of token vectors: the mean of each window of neighbours, as floats or as sign bits; and MaxSim with it.
 */
const load = (path) => import(new URL(`../../dist/core/${path}`, import.meta.url));
const { signBits } = await load('models/encoders/token-bits.js');
const { maxSims } = await load('retrieval/rerank/late/max-sim.js');
const { mixedScores } = await load('retrieval/rerank/late/mixture.js');

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

/** Milliseconds to score the stored bits of the candidates of each query, sorted. */
export function scoringTimes(sets, dimension) {
  const times = sets.flatMap(({ queries, chunks }) =>
    queries.map(({ tokens, candidates }) => {
      const bits = candidates.map(({ id }) => signBits(chunks.get(id).tokenVectors, dimension, chosen.window));
      const from = performance.now();
      maxSims(tokens, dimension, bits);
      return performance.now() - from;
    }),
  );
  return times.toSorted((a, b) => a - b);
}

/** Bytes that a chunk takes in that form, on average. */
export function bytesOf(sets, dimension, { window, bits }) {
  const sizes = sets.flatMap(({ chunks }) =>
    [...chunks.values()].map(
      ({ tokenVectors }) => (Math.ceil(tokenVectors.length / dimension / window) * dimension * bits) / 8,
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

/** The candidates of each query in the order of the mixture; without weights those of qdx. */
export const mixed = ({ queries }, sims, weights) =>
  queries.map(({ candidates }, index) => {
    const scores = mixedScores(
      candidates.map(({ score, cosine }, place) => ({ score, cosine, maxSim: sims[index][place] })),
      weights,
    );
    return candidates
      .map((hit, place) => ({ hit, score: scores[place] }))
      .toSorted((a, b) => b.score - a.score)
      .map(({ hit }) => hit);
  });

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
