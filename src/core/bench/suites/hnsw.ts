/**
 * `bench hnsw`: how many links, how careful a build, how wide a search does the graph of this collection need?
 */
import { bytesPerFloat, bytesPerLink } from '../../qdrant/stats/memory-estimate.ts';
import type { Build } from './tuning.ts';
import type { VectorSource } from '../tuning/source.ts';

const shapes = [
  [8, 100],
  [16, 100],
  [16, 200],
  [32, 200],
  [48, 400],
] as const;
const efs = [16, 32, 64, 128, 256];

/** Memory: full vectors, and 2·m links a point on the lowest level (Malkov and Yashunin 2018, 4.2.3). */
export function hnswBuilds({ dimension }: Pick<VectorSource, 'dimension'>, efSearch: number): Build[] {
  const allEfs = [...new Set([efSearch, ...efs])].toSorted((a, b) => a - b);
  return shapes.map(([m, efConstruct]) => {
    const bytes = (points: number): number => points * (dimension * bytesPerFloat + 2 * m * bytesPerLink);
    return {
      name: `m ${m}, ef_construct ${efConstruct}`,
      patch: { hnsw_config: { m, ef_construct: efConstruct } },
      kind: null,
      ways: allEfs.map((ef) => ({ name: `ef ${ef}`, params: { hnsw_ef: ef } })),
      bytes: (points) => ({ ramBytes: bytes(points), diskBytes: bytes(points) }),
    };
  });
}
