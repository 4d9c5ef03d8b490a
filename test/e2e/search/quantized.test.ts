/**
 * Search parameters of the server, on collections with and without quantization: what is typed, what is sent, what is found.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SearchParams } from '../../../src/core/retrieval/params.ts';
import { createSearcher } from '../../../src/core/retrieval/search.ts';
import { settingsSchema } from '../../../src/core/config/schema.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryHome } from '../../helpers/run-qdx.ts';
import { type Searching, searchingOn, writeSearchCorpus } from '../../helpers/search-corpus.ts';
import { findModel } from '../../../src/core/models/find-model.ts';

const corpus = writeSearchCorpus();
const home = temporaryHome();
let server: RunningQdrant;
let connection: Connection;
let on: Searching;

const query = 'exchange the secret for a new one';
const flagsOf = { plain: [], int8: ['--quantization', 'int8'], binary: ['--quantization', 'binary'] };
const names = ['plain', 'int8', 'binary'] as const;

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  on = searchingOn(server, home);
  for (const name of names) {
    // Segments from one kilobyte on are indexed, and with that quantized.
    const flags = [
      ...flagsOf[name],
      '--indexing-threshold-kb',
      '1',
      '--full-scan-threshold-kb',
      '10',
      '--segment-number',
      '1',
    ];
    const { exitCode, stderr } = await on.qdx(['embed', '-c', name, corpus.docs, ...flags]);
    if (exitCode !== 0) throw new Error(stderr);
  }
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

test.each(['int8', 'binary'])('%s: its segments are quantized', async (name) => {
  const { config, indexed_vectors_count: indexed } = await connection.request<{
    indexed_vectors_count: number;
    config: { params: unknown; quantization_config?: unknown };
  }>('GET', `/collections/${name}`);
  expect(JSON.stringify(config)).toContain(name === 'int8' ? '"scalar"' : '"binary"');
  expect(indexed).toBeGreaterThan(0);
});

describe('flags of quantized vectors', () => {
  test.each([
    [['--oversampling', '2']],
    [['--oversampling', '3']],
    [['--rescore']],
    [['--no-rescore']],
    [['--rescore', '--oversampling', '4']],
  ])('%j on a collection without quantization: a usage error that names it', async (flags) => {
    const { exitCode, stderr, stdout } = await on.qdx(['search', query, '-c', 'plain', ...flags]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /--(?:oversampling|rescore|no-rescore) is for quantized vectors, and those of plain are not/,
    );
    expect(stdout).toBe('');
  });

  test('one of two collections without it is named', async () => {
    const { exitCode, stderr } = await on.qdx(['search', query, '-c', 'int8', '-c', 'plain', '--oversampling', '2']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('those of plain are not');
  });

  test.each([
    ['int8', []],
    ['int8', ['--oversampling', '2', '--rescore']],
    ['int8', ['--no-rescore']],
    ['binary', []],
    ['binary', ['--oversampling', '6', '--rescore']],
  ])('%s %j finds what is right', async (name, flags) => {
    expect((await on.search(query, '-c', name, ...flags)).hits[0]?.path).toBe('guide/encryption.md');
  });

  test('rescored by all vectors the cosines are those of the plain collection', async () => {
    const cosines = async (...args: string[]) =>
      (await on.search(query, '--mode', 'dense', '-n', '3', ...args)).hits.map(({ cosine = 0 }) => cosine.toFixed(4));
    const exact = await cosines('-c', 'plain', '--exact');
    expect(await cosines('-c', 'binary', '--rescore', '--oversampling', '10')).toEqual(exact);
    expect(await cosines('-c', 'binary', '--no-rescore')).not.toEqual(exact);
  });
});

describe('what is sent to the server', () => {
  const { search, index, vector } = settingsSchema.parse({});
  const defaults: SearchParams = {
    collections: ['plain'],
    mode: 'dense',
    modeIsExplicit: true,
    limit: search.limit,
    candidates: search.candidates,
    filters: { conditions: [], paths: [], excludes: [], subdirectories: [], languages: [] },
    exact: false,
    ef: index.efSearch,
    oversampling: search.oversampling,
    contextLines: 0,
    explain: false,
    vectorName: vector.name,
    sparseName: vector.sparseName,
    payloadKeys: {},
  };

  /** `params` of the dense search that goes over the wire. */
  async function sent(change: Partial<SearchParams>): Promise<unknown> {
    const bodies: { searches?: { params?: unknown }[] }[] = [];
    const watched: Connection = {
      ...connection,
      request: (method, path, options) => {
        if (path.endsWith('/query/batch')) bodies.push(options?.body as (typeof bodies)[number]);
        return connection.request(method, path, options);
      },
    };
    const cacheFolder = home;
    const places = { cacheFolder, findModel: (name: string) => findModel(name, { cacheFolder }) };
    const searcher = await createSearcher(watched, { ...defaults, ...change }, places);
    await searcher.search(query);
    await searcher.close();
    return bodies[0]?.searches?.[0]?.params;
  }

  test.each([
    ['by default: 64 candidates of the graph', { collections: ['plain'] }, { hnsw_ef: 64 }],
    ['--ef', { ef: 200 }, { hnsw_ef: 200 }],
    ['--exact', { exact: true }, { exact: true }],
    ['int8 by default', { collections: ['int8'] }, { hnsw_ef: 64, quantization: { oversampling: 3 } }],
    [
      'int8, --rescore',
      { collections: ['int8'], rescore: true },
      { hnsw_ef: 64, quantization: { rescore: true, oversampling: 3 } },
    ],
    [
      'binary, --no-rescore --oversampling 4',
      { collections: ['binary'], rescore: false, oversampling: 4 },
      { hnsw_ef: 64, quantization: { rescore: false, oversampling: 4 } },
    ],
    [
      'settings of the project are not sent to a collection without quantization',
      { collections: ['plain'], rescore: true, oversampling: 5 },
      { hnsw_ef: 64 },
    ],
  ])('%s', async (_title, change, params) => {
    expect(await sent(change)).toEqual(params);
  });
});
