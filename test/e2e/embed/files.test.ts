/**
 * Vectors files and chunks files of real folders: what is in them, what becomes of them, and shards.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import type { VectorRecord } from '../../../src/core/vectors/record.ts';
import { openVectorsRun, readRun } from '../../../src/core/vectors/run-files.ts';
import { connectTo } from '../../helpers/connection.ts';
import { contentsOf, corpusFolder, manyFiles, runEmbed } from '../../helpers/embed-corpus.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

let server: RunningQdrant;
let connection: Connection;
let whole: Map<string, string>;
const home = temporaryHome();
const folder = corpusFolder(manyFiles(6, 5));
const out = temporaryFolder('out');

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  await runEmbed(server, ['-c', 'whole', folder], { home });
  whole = await contentsOf(connection, 'whole');
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

async function recordsOf(...paths: string[]): Promise<VectorRecord[]> {
  const records: VectorRecord[] = [];
  for await (const line of readRun(await openVectorsRun(paths))) if ('id' in line) records.push(line);
  return records;
}
const upload = (name: string, ...paths: string[]) =>
  runQdx(['upload', ...paths, '-c', name], { home, env: { QDRANT_URL: server.url } });

describe('a vectors file', () => {
  test.each(['numbers', 'base64'])(
    'uploaded is the collection that embedding straight into one gives: %s',
    async (form) => {
      const path = join(out, `${form}.jsonl`);
      const { summary } = await runEmbed(null, [folder, '--out', path, '--vector-format', form], { home });
      expect(summary).toMatchObject({ destination: 'vectors', written: whole.size, chunks: whole.size });
      expect((await upload(form, path)).exitCode).toBe(0);
      expect(await contentsOf(connection, form)).toEqual(whole);
    },
  );

  test.each<[string, string[], number]>([
    ['another name of the terms', ['--sparse-name', 'words'], 1],
    ['no terms', ['--sparse-name', ''], 0],
  ])('calls its terms bm25, whatever the settings call them: %s', async (title, args, found) => {
    const path = join(out, `${found}-terms.jsonl`);
    expect((await runEmbed(null, [folder, '--out', path, ...args], { home })).exitCode).toBe(0);
    const [record] = await recordsOf(path);
    expect(Object.keys(record?.vectors ?? {})).toEqual(found ? ['bm25'] : []);
    const name = `terms-${found}`;
    expect((await upload(name, path)).exitCode).toBe(0);
    for await (const { vectors } of scrollPoints(connection, name, { withVector: true }))
      expect(`${title} ${'bm25' in (vectors ?? {})}`).toBe(`${title} ${found === 1}`);
  });

  test('without a name for terms, a collection has none', async () => {
    await runEmbed(server, ['-c', 'no-terms', folder, '--sparse-name', ''], { home });
    for await (const { vectors } of scrollPoints(connection, 'no-terms', { withVector: true }))
      expect(Object.keys(vectors ?? {})).toEqual(['dense']);
  });

  test('made again is the same file, byte for byte, whatever the workers and the cache', async () => {
    const paths = [join(out, 'a.jsonl'), join(out, 'b.jsonl')] as const;
    await runEmbed(null, [folder, '--out', paths[0]], { home });
    await runEmbed(null, [folder, '--out', paths[1], '--no-cache', '--workers', '1'], { home });
    expect(readFileSync(paths[1]).equals(readFileSync(paths[0]))).toBe(true);
  });

  test('is not there before it is whole, and kill -9 leaves none under its name', async () => {
    const path = join(out, 'killed.jsonl');
    // Long enough to be killed in its middle.
    const long = corpusFolder(manyFiles(30, 8));
    const killed = await runEmbed(null, [long, '--out', path, '--no-cache'], {
      home,
      killSignal: 'SIGKILL',
      killWhen: /embedding: 1 of/,
    });
    expect(killed.exitCode).toBe(137);
    expect(existsSync(path)).toBe(false);
    expect((await runEmbed(null, [folder, '--out', path], { home })).exitCode).toBe(0);
    expect(readdirSync(out).filter((name) => name.includes('partial'))).toEqual([]);
    expect(await recordsOf(path)).toHaveLength(whole.size);
  });

  test('of chunks carries text, payload and terms, and is embedded by nobody here', async () => {
    const path = join(out, 'chunks.jsonl');
    const { summary } = await runEmbed(null, [folder, '--chunks-out', path], { home });
    expect(summary).toMatchObject({ destination: 'chunks', embedded: 0, cached: 0, device: null, written: whole.size });
    const [record] = await recordsOf(path);
    expect(record).toMatchObject({
      text: expect.stringContaining('Page 0'),
      vectors: { bm25: { indices: expect.any(Array) } },
    });
    expect(record).not.toHaveProperty('vector');
  });
});

describe('shards', () => {
  test('of files: their union is the whole, and upload says which is missing', async () => {
    const paths = ['1', '2', '3'].map((shard) => join(out, `part-${shard}.jsonl`));
    for (const [index, path] of paths.entries())
      await runEmbed(null, [folder, '--out', path, '--shard', `${index + 1}/3`, '--run', 'nightly'], { home });
    const { header } = await openVectorsRun(paths);
    expect(header).toMatchObject({ runId: 'nightly', shards: 3, totalCount: whole.size, count: whole.size });
    const missing = await upload('parts', ...paths.slice(0, 2));
    expect([missing.exitCode, missing.stderr]).toEqual([4, expect.stringContaining('1 of 3 shards are missing (3/3)')]);
    expect((await upload('parts', ...paths)).exitCode).toBe(0);
    expect(await contentsOf(connection, 'parts')).toEqual(whole);
  });

  test('into a collection: the union is the whole; the last one removes what the run replaced', async () => {
    const own = corpusFolder(manyFiles(6, 5));
    const shard = (part: string) => runEmbed(server, ['-c', 'sharded', own, '--shard', part, '--run', 'r1'], { home });
    const first = await shard('1/2');
    const second = await shard('2/2');
    expect(first.summary.chunks + second.summary.chunks).toBe(whole.size);
    expect(await contentsOf(connection, 'sharded')).toEqual(whole);
    writeFileSync(join(own, 'guides/page-0.md'), '# Page 0\n\nShort now.\n');
    const third = await shard('1/2');
    const fourth = await shard('2/2');
    expect(third.summary.removed + fourth.summary.removed).toBeGreaterThan(3);
    await runEmbed(server, ['-c', 'sharded-afresh', own], { home });
    expect(await contentsOf(connection, 'sharded')).toEqual(await contentsOf(connection, 'sharded-afresh'));
  });
});

describe('where the disk does not play along', () => {
  test('a cache folder that cannot be used is a warning, and the run goes on without it', async () => {
    const own = temporaryHome();
    mkdirSync(join(own, 'cache', 'qdx'), { recursive: true });
    writeFileSync(join(own, 'cache', 'qdx', 'vectors'), 'a file where the folder should be');
    const { summary, stderr } = await runEmbed(null, [folder, '--out', join(out, 'nocache.jsonl')], { home: own });
    expect(summary).toMatchObject({ embedded: whole.size, written: whole.size });
    expect(stderr.match(/warning: vectors are not cached in/g)).toHaveLength(1);
  });

  test.each([
    ['a folder that is not there', join('no', 'such', 'v.jsonl'), 6, 'its folder does not exist'],
    ['a folder', '.', 2, 'it is a folder'],
  ])('--out into %s fails before anything is embedded', async (_title, path, exitCode, message) => {
    const run = await runEmbed(null, [folder, '--out', join(out, path)], { home });
    expect(run.exitCode).toBe(exitCode);
    expect(run.stderr).toContain(message);
    expect(run.stderr).not.toMatch(/reading:|embedding:/u);
  });
});

const agentKit = fileURLToPath(new URL('../../../../shared/corpora/agent_kit/agent_kit', import.meta.url));
/** Pages and code; all of it is cut into chunks in corpus/real-corpora.test.ts. */
const someOfIt = ['--include', 'docs/concepts/**', '--include', 'packages/**'];
test.skipIf(!existsSync(agentKit))(
  'a real documentation corpus (skipped where ../shared/corpora/agent_kit is absent)',
  async () => {
    const { summary } = await runEmbed(server, ['-c', 'agent-kit', agentKit, ...someOfIt], { home });
    expect(summary.files).toBeGreaterThan(10);
    expect(summary.written).toBe(summary.chunks);
    const again = await runEmbed(server, ['-c', 'agent-kit', agentKit, ...someOfIt], { home });
    expect(again.summary).toMatchObject({ unchanged: summary.chunks, embedded: 0 });
  },
);
