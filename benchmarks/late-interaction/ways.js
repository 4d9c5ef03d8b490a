/**
 * Ways to mix MaxSim with the first stage, each with the parameters that it may choose from. Which way is a matter of principle; which
 * parameters, one corpus must be able to tell of another (mixture.js).
 */
const load = (path) => import(new URL(`../../dist/core/${path}`, import.meta.url));
const { mean } = await load('bench/metrics/means.js');
const { lateOrder } = await load('retrieval/rerank/late/late-order.js');
const { mixedScores } = await load('retrieval/rerank/late/mixture.js');

const weights = [0.6, 0.8, 1, 1.2, 1.5].flatMap((late) => [0, 0.15, 0.3, 0.45].map((cosine) => ({ late, cosine })));
const shares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((late) => ({ late }));

/** By the name of the way: `grid`, and `order(candidates, sims, parameters)`, the candidates best first. */
export const ways = {
  'added, sections counted anew': {
    grid: weights,
    order: (candidates, sims, parameters) =>
      lateOrder(candidates, sims, parameters).map(({ index }) => candidates[index]),
  },
  'added to the score as it stands': {
    grid: weights,
    order: (candidates, sims, parameters) =>
      byScores(
        candidates,
        mixedScores(
          candidates.map(({ score, cosine }, index) => ({ score, cosine, maxSim: sims[index] })),
          parameters,
        ),
      ),
  },
  'z-scores of the pool': { grid: shares, order: shareOf(zScores) },
  'stretched from 0 to 1 over the pool': { grid: shares, order: shareOf(stretched) },
  'ranks, 1 / (60 + rank)': { grid: shares, order: shareOf(byRank) },
};
export const [chosenWay] = Object.keys(ways);

/** The candidates of each query in that order; without parameters with those of qdx. */
export const rankingsOf = ({ queries }, sims, parameters, way = chosenWay) =>
  queries.map(({ candidates }, index) => ways[way].order(candidates, sims[index], parameters));

function shareOf(scaled) {
  return (candidates, sims, { late }) => {
    const first = scaled(candidates.map(({ score }) => score));
    const second = scaled(sims);
    return byScores(
      candidates,
      first.map((score, index) => (1 - late) * score + late * second[index]),
    );
  };
}

const byScores = (candidates, scores) =>
  candidates
    .map((candidate, index) => ({ candidate, score: scores[index] }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ candidate }) => candidate);

function zScores(values) {
  const middle = mean(values);
  const deviation = Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
  return values.map((value) => (value - middle) / (deviation || 1));
}

function stretched(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return values.map((value) => (value - low) / (high - low || 1));
}

function byRank(values) {
  const sorted = values.toSorted((a, b) => b - a);
  return values.map((value) => 1 / (61 + sorted.indexOf(value)));
}
