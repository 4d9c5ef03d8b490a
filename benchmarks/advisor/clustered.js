/** Points in clusters, the same for the same seed: what embeddings look like more than uniform noise does. */
import { createRandom } from '../../dist/lib/statistics/random.js';
import { ask } from '../qdrant-server.js';

const clusters = 500;
/** Of the noise around a centre of length 1; cosines within a cluster are then about 0.6 to 0.7. */
const spread = 0.75;
const batchSize = 1000;

/** A collection of one unnamed vector, as another program would make it. */
export async function drawPoints({ url, name, points, dimension, seed }) {
  const random = createRandom(seed);
  // Of a normal vector divided by the root of its dimension the length is about 1.
  const draw = (scale) => Array.from({ length: dimension }, () => (gauss(random) * scale) / Math.sqrt(dimension));
  const centres = Array.from({ length: clusters }, () => draw(1));
  await ask(url, 'PUT', `/collections/${name}`, { vectors: { size: dimension, distance: 'Cosine' } });
  for (let from = 0; from < points; from += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, points - from) }, (_, index) => {
      const centre = centres[Math.floor(random() * clusters)];
      const noise = draw(spread);
      return { id: from + index, vector: centre.map((value, at) => value + noise[at]), payload: {} };
    });
    await ask(url, 'PUT', `/collections/${name}/points?wait=true`, { points: batch });
  }
}

/** Box and Muller. */
function gauss(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
