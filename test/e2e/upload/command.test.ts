/**
 * `qdx upload` as typed: outcomes, sentences and exit codes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readCard } from '../../../src/core/qdrant/collection/card-store.ts';
import { readCollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { acquireWriterLock } from '../../../src/core/qdrant/lock.ts';
import { countPoints, retrievePoints } from '../../../src/core/qdrant/collection/points.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { record, write } from '../../helpers/vectors-file.ts';

let server: RunningQdrant;
let connection: Connection;
let number = 0;
let name = '';

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});
beforeEach(() => {
  name = `n${++number}`;
});

const home = temporaryHome();
const qdx = (args: readonly string[], input?: string, collection = name) =>
  runQdx(['upload', ...args, '--collection', collection], {
    home,
    // The vectors of these tests are made up: parity.test.ts shows what that check does.
    env: { QDRANT_URL: server.url, QDX_CHECK_VECTORS: 'false' },
    ...(input !== undefined && { input }),
  });

const vector = Array.from({ length: 384 }, (_, index) => Math.sin(index + 1));
const plainLine = (id: unknown, more = {}) =>
  `${JSON.stringify({ id, vector, payload: { content: 'open a file' }, ...more })}\n`;
const plainFile = (text: string): string => {
  const path = join(temporaryFolder(), 'points.jsonl');
  writeFileSync(path, text);
  return path;
};
const builtIn = ['--model', 'all-MiniLM-L6-v2'];

describe('a vectors file', () => {
  test('goes into a new collection behind an alias; the summary adds up', async () => {
    const run = await qdx([await write([record(1), record(2)], { sources: ['handbook'] }), '--json']);
    expect(run).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({
      schemaVersion: 1,
      name,
      collection: `${name}__1`,
      created: true,
      model: 'tiny',
      read: 2,
      points: 2,
      duplicates: 0,
      rejected: 0,
      idsCompared: 2,
      pointsAfter: 2,
      status: 'green',
    });
    expect(await readCard(connection, name)).toMatchObject({ model: { name: 'tiny' }, sources: ['handbook'] });
  });

  test('--no-alias makes a plain collection of that name', async () => {
    const run = await qdx([await write([record(1)]), '--no-alias', '--json']);
    expect(run).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({ name, collection: name, created: true });
    const { aliases } = await connection.request<{ aliases: { alias_name: string }[] }>('GET', '/aliases');
    expect(aliases.map(({ alias_name }) => alias_name)).not.toContain(name);
  });

  test('flags of a new collection arrive', async () => {
    const typed =
      '--quantization int8 --quantile 0.9 --no-quantized-in-ram --full-scan-threshold-kb 5000 --index-on-disk ' +
      '--memmap-threshold-kb 30000 --payload-index source --payload-index kind --sparse-name words --vector-size 4';
    expect(await qdx([await write([record(1)]), ...typed.split(' ')])).toMatchObject({ exitCode: 0 });
    const { config, payload_schema: indexes } = await readCollectionInfo(connection, name);
    expect(config.quantization_config).toMatchObject({ scalar: { quantile: expect.closeTo(0.9, 6) as number } });
    expect(config.quantization_config?.['scalar']?.['always_ram'] ?? false).toBe(false);
    expect(config.hnsw_config).toMatchObject({ full_scan_threshold: 5000, on_disk: true });
    expect(config.optimizer_config).toMatchObject({ memmap_threshold: 30_000 });
    expect(Object.keys(config.params.sparse_vectors ?? {})).toEqual(['words']);
    expect(Object.keys(indexes).toSorted()).toEqual(['kind', 'source']);
  });

  test('all shards of a run are wanted, in any order', async () => {
    const shard = (index: number) => write([record(index)], { shard: index, shards: 3, totalCount: 3 });
    const [one, two, three] = [await shard(1), await shard(2), await shard(3)];
    const missing = await qdx([three, one]);
    expect(missing.exitCode).toBe(4);
    expect(missing.stderr).toContain('1 of 3 shards are missing (2/3)');
    expect((await qdx([three, one, two])).exitCode).toBe(0);
    expect(await countPoints(connection, name)).toBe(3);
  });

  test('one that was cut off is refused before anything is made', async () => {
    const path = await write([record(1), record(2)]);
    writeFileSync(path, readFileSync(path, 'utf8').split('\n').slice(0, 2).join('\n'));
    const run = await qdx([path]);
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain('it has no footer');
    await expect(countPoints(connection, name)).rejects.toMatchObject({ kind: 'notFound' });
  });

  test('chunks without vectors are refused', async () => {
    const run = await qdx([await write([{ id: record(1).id, text: 'x', payload: {} }], { kind: 'chunks' })]);
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('holds chunks without vectors') });
  });

  test('F19: of another model than the collection is refused, naming both', async () => {
    await qdx([await write([record(1)])]);
    const { modelCard } = await import('../../helpers/model-card.ts');
    const run = await qdx([await write([record(2)], { model: modelCard({ name: 'other', pooling: 'cls' }) })]);
    expect(run.exitCode).toBe(8);
    expect(run.stderr).toContain(
      'holds vectors of tiny; these are of other, another vector space (pooling "mean" against "cls")',
    );
    expect(await countPoints(connection, name)).toBe(1);
  });
});

describe('plain lines', () => {
  test('with a model; lexical terms are made from their content', async () => {
    const run = await qdx([plainFile(plainLine(7)), ...builtIn]);
    expect(run).toMatchObject({ exitCode: 0 });
    const [point] = await retrievePoints(connection, name, [7], { withVector: true });
    expect(Object.keys(point?.vectors ?? {}).toSorted()).toEqual(['bm25', 'dense']);
  });

  test('without a model nobody knows what they mean', async () => {
    const run = await qdx([plainFile(plainLine(7))]);
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('add --model <name>') });
  });

  test('from stdin', async () => {
    const run = await qdx(['-', ...builtIn], plainLine(1) + plainLine(2));
    expect(run).toMatchObject({ exitCode: 0 });
    expect(await countPoints(connection, name)).toBe(2);
  });

  test('F22: rejects are written with line and reason; exit code 3', async () => {
    const rejects = join(temporaryFolder(), 'rejects.jsonl');
    const lines = [
      plainLine(1),
      plainLine(2, { vector: [1, 2] }),
      plainLine(3, { vector: vector.map((value) => String(value)) }),
      plainLine(4, { vector: vector.map(() => null) }),
      `{"id":5,"vector":[${vector.map(() => '1e39').join(',')}],"payload":{}}\n`,
      `{"id":6,"vector":[${vector.map(() => 'NaN').join(',')}],"payload":{}}\n`,
      plainLine(7, { vector: vector.map(() => 0) }),
      plainLine('not-an-id'),
      'no json\n',
      plainLine(10),
    ];
    const run = await qdx([plainFile(lines.join('')), ...builtIn, '--rejects', rejects, '--json']);
    expect(run).toMatchObject({ exitCode: 3 });
    expect(JSON.parse(run.stdout)).toMatchObject({ read: 10, points: 2, rejected: 8, pointsAfter: 2 });
    const written = readFileSync(rejects, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: number; reason: string });
    expect(written.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    for (const { reason } of written) expect(reason).not.toBe('');
  });

  test('nothing but rejects is an error', async () => {
    const run = await qdx([plainFile(plainLine(-1)), ...builtIn]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('nothing was uploaded: 1 of 1 records were rejected; the first: line 1: id -1');
  });

  test('--id-hash derives ids and keeps the original', async () => {
    const run = await qdx([plainFile(plainLine('doc-17')), ...builtIn, '--id-hash']);
    expect(run).toMatchObject({ exitCode: 0 });
    for await (const point of (await import('../../../src/core/qdrant/collection/points.ts')).scrollPoints(
      connection,
      name,
    ))
      expect(point).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/u), payload: { source_id: 'doc-17' } });
  });

  test('a duplicate id stops by default; --on-duplicate last takes the later one', async () => {
    const path = plainFile(plainLine(1) + plainLine(1, { payload: { content: 'later' } }));
    const stopped = await qdx([path, ...builtIn]);
    expect(stopped).toMatchObject({
      exitCode: 4,
      stderr: expect.stringMatching(/line 2: id 1 was on line 1 already\n.*nothing was written; add --on-dup/u),
    });
    expect(await listCollections(connection), 'nothing was written, so no collection stays').not.toContainEqual(
      expect.objectContaining({ physical: expect.stringContaining(name) }),
    );
    expect((await qdx([path, ...builtIn, '--on-duplicate', 'last'])).exitCode).toBe(0);
    const [point] = await retrievePoints(connection, name, [1]);
    expect(point?.payload).toEqual({ content: 'later' });
  });
});

describe('before anything is written', () => {
  test.each([
    ['garbage', 'no json at all\n', 'nothing was uploaded: 1 of 1 records were rejected'],
    ['another dimension', `${JSON.stringify({ id: 1, vector: [1, 2], payload: {} })}\n`, 'has 2 dimensions'],
    ['nothing', '', 'stdin is empty'],
  ])('exit 2 leaves no collection behind: %s', async (_title, text, words) => {
    const run = await qdx(['-', ...builtIn], text);
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(words) });
    const left = (await listCollections(connection)).filter(({ physical }) => physical.startsWith(`${name}__`));
    expect(left).toEqual([]);
  });

  test('a line above the limit is one rejected record; the others are uploaded', async () => {
    const run = await qdx(['-', ...builtIn], `${plainLine(1)}${'x'.repeat(64 * 1024 * 1024 + 1)}\n${plainLine(2)}`);
    expect(run).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('line 2: it is longer than 64 MiB') });
    expect(await countPoints(connection, name)).toBe(2);
  });

  test('--dry-run counts, checks and makes nothing', async () => {
    const run = await qdx([plainFile(plainLine(1) + plainLine(-1)), ...builtIn, '--dry-run', '--json']);
    expect(run).toMatchObject({ exitCode: 3 });
    expect(JSON.parse(run.stdout)).toMatchObject({ dryRun: true, read: 2, points: 1, rejected: 1, created: true });
    await expect(countPoints(connection, name)).rejects.toMatchObject({ kind: 'notFound' });
  });

  const named = (change: object) => ({ dense: { size: 384, distance: 'Cosine', ...change } });
  test.each([
    ['unnamed vector', { size: 4, distance: 'Cosine' }, 'vector name should be "dense", it has an unnamed vector'],
    ['dimension', named({ size: 4 }), 'dimension should be 384, it has 4'],
    ['distance', named({ distance: 'Dot' }), 'distance should be Cosine, it has Dot'],
    ['datatype', named({ datatype: 'uint8' }), 'datatype should be float32, it has uint8'],
    ['multi-vector', named({ multivector_config: { comparator: 'max_sim' } }), 'it has a multi-vector'],
  ])('F18: a misfit is refused, by --dry-run as by the upload: %s', async (_title, vectors, words) => {
    await connection.request('PUT', `/collections/${name}`, { body: { vectors } });
    for (const more of [['--dry-run'], []]) {
      const run = await qdx([plainFile(plainLine(1)), ...builtIn, ...more]);
      expect([run.exitCode, run.stderr]).toEqual([8, expect.stringContaining(words)]);
    }
    expect(await countPoints(connection, name)).toBe(0);
  });

  describe('a flag of a new collection is refused by one that has it otherwise', () => {
    const path = plainFile(plainLine(1));
    const onIt = (...flags: string[]) => qdx([path, ...builtIn, ...flags], '', 'has-its-own');
    beforeAll(() => onIt('--hnsw-m', '16'));

    test('what it has may be said', async () => {
      expect(await onIt('--hnsw-m', '16', '--shard-number', '1', '--vector-name', 'dense')).toMatchObject({
        exitCode: 0,
      });
    });

    test.each([
      [['--vector-name', 'other'], '--vector-name holds for a new one only: asked for "other", it has "dense"'],
      [['--shard-number', '3'], '--shard-number holds for a new one only: asked for 3, it has 1'],
      [['--hnsw-m', '40'], '--hnsw-m holds for a new one only: asked for 40, it has 16'],
      [['--quantization', 'int8'], '--quantization holds for a new one only'],
      [['--vectors-on-disk'], '--vectors-on-disk holds for a new one only'],
      [['--payload-index', 'colour'], '--payload-index holds for a new one only: asked for ["colour"]'],
    ])('%s', async (flags, words) => {
      const run = await onIt(...flags);
      expect([run.exitCode, run.stderr]).toEqual([8, expect.stringContaining(words)]);
    });
  });

  test('F14: a second writer is refused; --break-lock goes on', async () => {
    const path = await write([record(1)]);
    const owner = { host: 'elsewhere', pid: 4711, startedAt: '2026-01-02T03:04:05.000Z', command: 'qdx embed -c x' };
    await acquireWriterLock(connection, { target: name, runId: 'other', owner });
    const run = await qdx([path]);
    expect(run.exitCode).toBe(10);
    expect(run.stderr).toContain('"qdx embed -c x" (process 4711 on elsewhere, since 2026-01-02T03:04:05.000Z)');
    expect((await qdx([path, '--break-lock'])).exitCode).toBe(0);
  });

  test.each([
    ['an empty file', () => plainFile(''), 2, 'is empty'],
    ['no file', () => '/nowhere/points.jsonl', 6, '/nowhere/points.jsonl'],
  ])('%s', async (_title, path, code, words) => {
    const run = await qdx([path(), ...builtIn]);
    expect(run).toMatchObject({ exitCode: code, stderr: expect.stringContaining(words) });
  });

  test('a folder for rejects that is not there', async () => {
    const run = await qdx([plainFile(plainLine(1)), ...builtIn, '--rejects', '/nowhere/r.jsonl']);
    expect(run.exitCode).toBe(6);
    expect(existsSync('/nowhere')).toBe(false);
    await expect(countPoints(connection, name)).rejects.toMatchObject({ kind: 'notFound' });
  });
});
