/**
 * `qdx stats` and `qdx collections` against a real server.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { record, write } from '../../helpers/vectors-file.ts';
import { parsePrometheus } from '../../unit/stats/parse-prometheus.ts';

let server: RunningQdrant;
let connection: Connection;

const qdx = (...args: string[]) => runQdx(args, { env: { QDRANT_URL: server.url } });

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  const path = await write([1, 2, 3].map((index) => record(index)));
  const uploaded = await qdx(
    'upload',
    path,
    '--collection',
    'docs',
    '--description',
    'Three texts',
    '--quantization',
    'int8',
  );
  if (uploaded.exitCode !== 0) throw new Error(uploaded.stderr);
  await connection.request('PUT', '/collections/foreign', {
    body: { vectors: { size: 4, distance: 'Dot' }, hnsw_config: { m: 32, ef_construct: 40 } },
  });
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

describe('qdx stats', () => {
  test('all there is to say of a collection, as JSON', async () => {
    const run = await qdx('stats', 'docs', '--json');
    expect(run).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({
      schemaVersion: 1,
      server: { version: expect.stringMatching(/^1\./u), peers: 1, residentBytes: expect.any(Number) },
      collections: [
        {
          name: 'docs',
          physical: 'docs__1',
          aliases: ['docs'],
          status: 'green',
          optimizer: 'ok',
          points: 3,
          segments: expect.any(Number),
          vectors: [
            { name: 'dense', kind: 'dense', dimension: 4, distance: 'Cosine', onDisk: false },
            { name: 'bm25', kind: 'sparse', modifier: 'idf' },
          ],
          hnsw: { m: 16, efConstruct: 100 },
          quantization: { scalar: { type: 'int8' } },
          card: { model: { name: 'tiny' }, description: 'Three texts' },
          replicas: [{ shard: 0, state: 'Active' }],
          reported: { vectorBytes: expect.any(Number) },
          estimate: { vectorBytes: 48, quantizedBytes: 12 },
          warnings: [],
        },
      ],
    });
  });

  test('what deserves a warning, as text', async () => {
    const { stdout } = await qdx('stats', 'foreign');
    expect(stdout).toContain('warning: it has no card: qdx collections adopt foreign --model <model> writes one');
    expect(stdout).toContain('warning: ef_construct 40 is below 2·m (64)');
  });

  test.each([['--prometheus'], ['--format=prometheus']])('%s is text that a scraper reads', async (flag) => {
    const { stdout } = await qdx('stats', flag);
    const samples = parsePrometheus(stdout);
    expect(samples).toContainEqual({
      name: 'qdx_collection_points',
      labels: { collection: 'docs', physical: 'docs__1' },
      value: 3,
    });
    expect(samples.filter(({ name }) => name === 'qdx_collection_has_card').map(({ value }) => value)).toEqual([1, 0]);
  });

  test('a name that is nearly one', async () => {
    const run = await qdx('stats', 'dosc');
    expect(run).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('there are: docs, foreign') });
  });
});

describe('qdx collections', () => {
  test('a line each, and nothing of the records of qdx', async () => {
    const { stdout } = await qdx('collections');
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/u).slice(0, 2))).toEqual([
      ['NAME', 'COLLECTION'],
      ['docs', 'docs__1'],
      ['foreign', 'foreign'],
      [''],
    ]);
  });

  test('as JSON', async () => {
    expect(JSON.parse((await qdx('collections', '--json')).stdout)).toMatchObject({
      collections: [
        { name: 'docs', points: 3, dimension: 4, model: 'tiny', description: 'Three texts' },
        { name: 'foreign', points: 0, model: null },
      ],
    });
  });
});
