/** `qdx verify-model --collection`: a real collection, embedded by qdx, whole and spoilt. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type QdxRun, runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

let server: RunningQdrant;
const home = temporaryHome();
const qdx = (...args: readonly string[]): Promise<QdxRun> =>
  runQdx(args, { home, env: { QDRANT_URL: server.url, QDRANT_API_KEY: server.apiKey } });

beforeAll(async () => {
  server = await startQdrant();
  const folder = join(temporaryFolder(), 'notes');
  mkdirSync(folder);
  const pages = ['retries', 'timeouts', 'backups', 'snapshots', 'aliases'];
  for (const page of pages)
    writeFileSync(
      join(folder, `${page}.md`),
      `# ${page}\n\nWhat ${page} are for, and how the server handles ${page} when it restarts.\n`,
    );
  const embedded = await qdx('embed', '--collection', 'notes', folder);
  if (embedded.exitCode !== 0) throw new Error(embedded.stderr);
});
afterAll(() => server.stop());

const verify = (collection: string): Promise<QdxRun> =>
  qdx('verify-model', 'all-MiniLM-L6-v2', '--collection', collection);

test('what qdx embedded comes out again', async () => {
  const { stdout, exitCode } = await verify('notes');
  expect(stdout).toMatch(/passed {3}collection notes {2}mean 1\.0000, lowest 1\.0000 .* over \d+ points/);
  expect(exitCode).toBe(0);
});

test('vectors of other texts fail the check with exit 4', async () => {
  const connection = connectTo(server);
  const points = [];
  for await (const point of scrollPoints(connection, 'notes', { withVector: true })) points.push(point);
  const vectors = points.map(({ vectors: stored }) => stored?.['dense']);
  const swapped = points.map(({ id }, index) => ({ id, vector: { dense: vectors[(index + 1) % vectors.length] } }));
  await connection.request('PUT', '/collections/notes/points/vectors', {
    query: { wait: true },
    body: { points: swapped },
  });
  await connection.close();
  const { stdout, exitCode } = await verify('notes');
  expect(stdout).toMatch(/failed {3}collection notes/);
  expect(exitCode).toBe(4);
});

test('a collection that is not there is named with those that are', async () => {
  const { stderr, exitCode } = await verify('nodes');
  expect(stderr).toMatch(/nodes.*\n.*notes|notes.*nodes|nodes.*notes/s);
  expect(exitCode).toBe(6);
});
