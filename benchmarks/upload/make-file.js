/**
 * Writes a vectors file of random unit vectors, seeded, streaming.
 */
import { writeVectorsFile } from '../../dist/core/vectors/write-file.js';
import { createRandom } from '../../dist/lib/statistics/random.js';

const usualDimension = 768;

/** About as much payload as a chunk of code has; `terms` lexical terms a point. */
async function* makeRecords(count, terms, random, dimension) {
  for (let index = 0; index < count; index++) {
    const vector = new Float32Array(dimension);
    let sum = 0;
    for (let column = 0; column < dimension; column++) {
      vector[column] = random() + random() + random() - 1.5;
      sum += vector[column] ** 2;
    }
    const length = Math.sqrt(sum);
    for (let column = 0; column < dimension; column++) vector[column] /= length;
    const indices = [...new Set(Array.from({ length: terms }, () => Math.floor(random() * 4_294_967_295)))].sort(
      (a, b) => a - b,
    );
    yield {
      id: `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
      vector,
      payload: {
        content: `function number${index}() { return ${'x'.repeat(180)}; }`,
        source: 'bench',
        source_path: `src/part${index % 97}/file${index % 1013}.ts`,
        source_file: `file${index % 1013}.ts`,
        subdirectory: 'src',
        start_line: index,
        end_line: index + 20,
        language: 'typescript',
      },
      ...(terms > 0 && {
        vectors: { bm25: { indices, values: indices.map(() => Number((random() * 2).toFixed(4))) } },
      }),
    };
  }
}

export async function makeVectorsFile(path, { count, terms = 0, format, seed = 7, dimension = usualDimension }) {
  const header = {
    format: 'qdx-vectors',
    version: 1,
    kind: 'vectors',
    runId: `bench-${count}-${terms}-${format}`,
    model: {
      name: 'random',
      repository: 'random',
      revision: null,
      file: 'none',
      sha256: null,
      dtype: 'unknown',
      dimension,
      pooling: 'mean',
      normalize: true,
      queryPrefix: '',
      documentPrefix: '',
      maxTokens: 512,
      tokenizerSha256: null,
      parityFloor: 0.99,
      tokenVectors: 'none',
    },
    chunking: null,
    lexical: null,
    sources: ['bench'],
    shard: 1,
    shards: 1,
    inputHash: '0'.repeat(64),
    count,
    totalCount: count,
  };
  await writeVectorsFile(path, header, makeRecords(count, terms, createRandom(seed), dimension), { format });
}
