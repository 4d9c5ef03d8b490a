/** `bench quantization` on a real collection: nothing of it is touched, and --apply sets what was recommended. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TuningReport } from '../../../src/core/bench/suites/tuning.ts';
import type { Applied } from '../../../src/core/bench/tuning/apply.ts';
import type { CollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import { scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { progressTypes } from '../../helpers/progress-lines.ts';
import { type QdxRun, runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

const home = temporaryHome();
let server: RunningQdrant;
let connection: Connection;

const qdx = (...args: string[]): Promise<QdxRun> => runQdx([...args, '--url', server.url, '-q', '--json'], { home });
const collections = async (): Promise<string[]> =>
  (await connection.request<{ collections: { name: string }[] }>('GET', '/collections')).collections.map(
    ({ name }) => name,
  );

async function points(): Promise<string> {
  const all = [];
  for await (const point of scrollPoints(connection, 'numbers', { withVector: true })) all.push(point);
  return JSON.stringify(all);
}

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  // Without a card: its own points are asked. Clustered, since neighbours of random vectors mean nothing.
  const body = { vectors: { size: 64, distance: 'Cosine' }, optimizers_config: { indexing_threshold: 1 } };
  await connection.request('PUT', '/collections/numbers', { body });
  const vector = (id: number) =>
    Array.from({ length: 64 }, (_, at) => Math.sin((id % 12) * (at + 1)) + 0.3 * Math.sin(id * (at + 3) * 0.37));
  const all = Array.from({ length: 600 }, (_, id) => ({
    id,
    vector: vector(id),
    payload: { source_path: `p${id % 12}` },
  }));
  await connection.request('PUT', '/collections/numbers/points', { body: { points: all }, query: { wait: true } });
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

test('quantization: every row measured on copies, the pick holds recall 0.95, --apply sets it and saves what was', async () => {
  const before = await points();
  const { exitCode, stdout, stderr } = await qdx(
    'bench',
    'quantization',
    '-c',
    'numbers',
    '--max-queries',
    '40',
    '--apply',
    '--yes',
  );
  expect([exitCode, stderr]).toEqual([0, '']);
  const report = JSON.parse(stdout) as TuningReport & { readonly applied: Applied };
  expect(new Set(report.rows.map(({ build }) => build)).size).toBe(8);
  expect(report.rows.filter((row) => row.void !== null)).toEqual([]);
  expect(report.rows.find(({ build }) => build === 'none')?.recall.mean).toBeGreaterThan(0.95);
  const one = report.rows.find(({ build, way }) => build === 'binary 1 bit' && way.startsWith('no rescore'));
  expect(one?.recall.mean).toBeLessThan(0.95);
  expect(report.recommended?.recall.lower).toBeGreaterThanOrEqual(0.95);
  expect(report.notes).toContainEqual(expect.stringContaining('points of the collection asked for their neighbours'));
  const { config } = await connection.request<CollectionInfo>('GET', '/collections/numbers');
  expect(config.quantization_config).toEqual(report.applied.after);
  expect(report.applied).toMatchObject({ before: null, segments: report.applied.quantizedSegments });
  const [saved] = readdirSync(join(home, 'work')).filter((name) => name.startsWith('numbers-configuration-'));
  const { config: old } = JSON.parse(readFileSync(join(home, 'work', saved ?? ''), 'utf8')) as CollectionInfo;
  expect(old.quantization_config ?? null).toBeNull();
  expect(report.checks).toMatchObject([{ name: 'recall@10 >= 0.95', status: 'passed' }]);
  expect(await points()).toBe(before);
  expect(await collections()).not.toContainEqual(expect.stringMatching(/^qdx-bench/));
});

test('where nothing holds what is asked for, --apply changes nothing, and the report is given with 9', async () => {
  const { config: before } = await connection.request<CollectionInfo>('GET', '/collections/numbers');
  const asked = ['--max-queries', '5', '--most-median-ms', '0.000001', '--apply', '--yes'];
  const { exitCode, stdout } = await qdx('bench', 'hnsw', '-c', 'numbers', ...asked);
  const { rows, recommended, applied, checks } = JSON.parse(stdout) as TuningReport & { applied: Applied | null };
  expect([exitCode, recommended, applied, rows.length]).toEqual([9, null, null, 25]);
  expect(checks.map(({ name, status }) => `${name} ${status}`)).toContain('p50 < 0.000001 ms failed');
  const { config } = await connection.request<CollectionInfo>('GET', '/collections/numbers');
  expect(config).toEqual(before);
});

test('hnsw: a graph holds recall 0.98; a run that is stopped leaves no copy', async () => {
  const { exitCode, stdout } = await qdx('bench', 'hnsw', '-c', 'numbers', '--max-queries', '20');
  const { rows, recommended } = JSON.parse(stdout) as TuningReport;
  expect([exitCode, rows.every((row) => row.void === null)]).toEqual([0, true]);
  expect(recommended?.recall.lower).toBeGreaterThanOrEqual(0.98);
  const stopped = await runQdx(['bench', 'hnsw', '-c', 'numbers', '--url', server.url, '--progress', 'json'], {
    home,
    killSignal: 'SIGTERM',
    killWhen: /m 16, ef_construct 100/,
  });
  expect([stopped.exitCode, progressTypes(stopped.stderr)]).toEqual([143, ['error', 'note', 'phase', 'progress']]);
  expect(await collections()).not.toContainEqual(expect.stringMatching(/^qdx-bench/));
});
