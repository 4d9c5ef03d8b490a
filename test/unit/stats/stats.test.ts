/**
 * Estimates, warnings, and the Prometheus text, read by a parser of its format.
 */
import { describe, expect, test } from 'vitest';
import type { CollectionStats } from '../../../src/core/qdrant/stats.ts';
import { estimateMemory, quantizationSize } from '../../../src/core/qdrant/stats/memory-estimate.ts';
import { renderMetrics } from '../../../src/lib/prometheus-text.ts';
import { metricsOfStats } from '../../../src/core/qdrant/stats/prometheus.ts';
import { findWarnings, type WarningInput } from '../../../src/core/qdrant/stats/warnings.ts';
import { testCard } from '../../helpers/collection-card.ts';
import { parsePrometheus } from './parse-prometheus.ts';

describe('estimated memory of 1,000,000 × 768, m 16', () => {
  const base = {
    points: 1_000_000,
    dimension: 768,
    m: 16,
    vectorsOnDisk: false,
    graphOnDisk: false,
    quantization: null,
  };
  const graph = 128_000_000;
  test.each([
    ['plain', {}, 3_072_000_000 + graph],
    ['vectors on disk', { vectorsOnDisk: true }, graph],
    ['graph on disk too', { vectorsOnDisk: true, graphOnDisk: true }, 0],
    ['int8 beside', { quantization: { bitsPerDimension: 8, alwaysRam: true } }, 3_072_000_000 + graph + 768_000_000],
    [
      'int8, originals on disk',
      { vectorsOnDisk: true, quantization: { bitsPerDimension: 8, alwaysRam: true } },
      graph + 768_000_000,
    ],
    [
      'int8 not kept in memory',
      { vectorsOnDisk: true, quantization: { bitsPerDimension: 8, alwaysRam: false } },
      graph,
    ],
  ])('%s', (_title, change, bytes) => {
    expect(estimateMemory({ ...base, ...change }).configuredBytes).toBe(bytes);
  });
  test("Qdrant's planning rule is 1.5 × vectors", () => {
    expect(estimateMemory(base).planningBytes).toBe(4_608_000_000);
  });
  test.each([
    [null, null],
    [{ scalar: { type: 'int8', always_ram: true } }, { bitsPerDimension: 8, alwaysRam: true }],
    [{ binary: {} }, { bitsPerDimension: 1, alwaysRam: false }],
    [{ binary: { encoding: 'two_bits', always_ram: true } }, { bitsPerDimension: 2, alwaysRam: true }],
    [{ product: { compression: 'x16' } }, { bitsPerDimension: 2, alwaysRam: false }],
    [{ turbo: { bits: 'bits4' } }, null],
  ])('%j', (config, size) => {
    expect(quantizationSize(config)).toEqual(size);
  });
});

const healthy: WarningInput = {
  name: 'docs',
  physical: 'docs__1',
  aliases: ['docs'],
  status: 'green',
  optimizer: 'ok',
  points: 50_000,
  indexedVectors: 50_000,
  segments: 2,
  vectors: [{ name: 'dense', kind: 'dense', dimension: 768, distance: 'Cosine', onDisk: false }],
  hnsw: { m: 16, efConstruct: 100, fullScanThresholdKb: 10_000, onDisk: false },
  quantization: null,
  indexingThresholdKb: 10_000,
  indexingDeferred: false,
  strictMode: false,
  shards: 1,
  replicationFactor: 1,
  writeConsistencyFactor: 1,
  replicas: [{ shard: 0, peer: '1', state: 'Active', points: 50_000 }],
  payloadIndexes: [{ field: 'source_path', type: 'keyword', points: 50_000 }],
  card: testCard(),
  reported: { vectorBytes: 153_600_000, payloadBytes: 1000 },
  estimate: estimateMemory({
    points: 50_000,
    dimension: 768,
    m: 16,
    vectorsOnDisk: false,
    graphOnDisk: false,
    quantization: null,
  }),
  peers: 1,
};

describe('warnings', () => {
  test('a healthy collection has none', () => {
    expect(findWarnings(healthy)).toEqual([]);
  });
  const cases: [string, Partial<WarningInput>, string, RegExp][] = [
    ['yellow', { status: 'yellow' }, 'not-green', /being optimized/u],
    ['grey after a crash', { status: 'grey' }, 'not-green', /goes on with the next write/u],
    ['red', { status: 'red' }, 'not-green', /cannot repair/u],
    ['optimizer failed', { optimizer: 'No space left' }, 'optimizer', /No space left/u],
    ['nothing indexed', { indexedVectors: 0 }, 'not-indexed', /no vector is indexed/u],
    ['indexing off', { indexedVectors: 0, indexingThresholdKb: 0 }, 'not-indexed', /switched off/u],
    ['a stopped upload', { indexedVectors: 0, indexingDeferred: true }, 'indexing-deferred', /run it again/u],
    ['no card', { card: null }, 'card-missing', /adopt docs__1/u],
    [
      'ef_construct too low',
      { hnsw: { ...healthy.hnsw, m: 32, efConstruct: 40 } },
      'ef-construct',
      /40 is below 2·m \(64\)/u,
    ],
    ['a dead replica', { replicas: [{ shard: 2, peer: '7', state: 'Dead' }] }, 'replica', /shard 2 on peer 7 is Dead/u],
    ['one copy on a cluster', { peers: 3 }, 'single-replica', /one peer only/u],
    ['no field indexed', { payloadIndexes: [] }, 'payload-index', /no payload field/u],
    ['strict mode', { strictMode: true }, 'strict-mode', /strict mode is on/u],
  ];
  test.each(cases)('%s', (_title, change, code, words) => {
    expect(findWarnings({ ...healthy, ...change })).toEqual([{ code, message: expect.stringMatching(words) }]);
  });
  test('a small collection needs no index', () => {
    const small = estimateMemory({
      points: 100,
      dimension: 768,
      m: 16,
      vectorsOnDisk: false,
      graphOnDisk: false,
      quantization: null,
    });
    expect(findWarnings({ ...healthy, points: 100, indexedVectors: 0, estimate: small })).toEqual([]);
  });
});

describe('Prometheus text', () => {
  const server = {
    url: 'http://x',
    version: '1.16.3',
    peers: 3,
    residentBytes: 42,
    cores: 2,
    ramBytes: null,
    diskBytes: null,
  };
  const { peers: _peers, ...stats } = healthy;
  const nasty: CollectionStats = { ...stats, name: 'a "b"\\\nc', warnings: findWarnings({ ...healthy, card: null }) };

  test('every sample can be read back, with hostile names', () => {
    const samples = parsePrometheus(renderMetrics(metricsOfStats({ server, collections: [nasty] })));
    const labels = { collection: 'a "b"\\\nc', physical: 'docs__1' };
    expect(samples).toContainEqual({ name: 'qdx_collection_points', labels, value: 50_000 });
    expect(samples).toContainEqual({
      name: 'qdx_collection_warning',
      labels: { ...labels, code: 'card-missing' },
      value: 1,
    });
    expect(samples).toContainEqual({
      name: 'qdx_collection_replica_active',
      labels: { ...labels, shard: '0', peer: '1', state: 'Active' },
      value: 1,
    });
    expect(samples).toContainEqual({ name: 'qdx_server_peers', labels: {}, value: 3 });
  });

  test('a server without collections', () => {
    const samples = parsePrometheus(
      renderMetrics(metricsOfStats({ server: { ...server, residentBytes: null }, collections: [] })),
    );
    expect(samples.map(({ name }) => name)).toEqual(['qdx_server_info', 'qdx_server_peers']);
  });
});
