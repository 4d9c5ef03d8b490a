/**
 * The log of searches and what `qdx stats` makes of it, against a real server with the real model.
 */
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mcpOverStdio } from '../../helpers/mcp-client.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { progressTypes } from '../../helpers/progress-lines.ts';
import { runQdx, spawnQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { parsePrometheus } from '../../unit/stats/parse-prometheus.ts';

const home = temporaryHome();
const log = join(home, 'data', 'qdx', 'searches', 'searches.jsonl');
const texts = ['Bread is baked of flour and water.', 'Keys are rotated once a month.', 'Soup wants salt and time.'];
/** 110 questions, of which every tenth is new to the process. */
const queries = Array.from({ length: 110 }, (_, id) => ({
  id,
  query: `how is bread number ${Math.floor(id / 10)} baked`,
}));

let server: RunningQdrant;
let embeddingSaid = '';

const qdx = (args: readonly string[], env: Record<string, string> = {}) =>
  runQdx(args, { home, env: { QDRANT_URL: server.url, ...env } });

async function searches(...args: string[]) {
  const { stdout, stderr, exitCode } = await qdx(['stats', 'docs', '--json', ...args]);
  expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
  return (JSON.parse(stdout) as { searches: Record<string, unknown> }).searches;
}

const logged = () =>
  readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(async () => {
  server = await startQdrant();
  const folder = join(home, 'work', 'docs');
  mkdirSync(folder);
  for (const [index, text] of texts.entries()) writeFileSync(join(folder, `${index}.md`), `# Note\n\n${text}\n`);
  const run = await qdx(['embed', '--collection', 'docs', folder, '--progress', 'json']);
  if (run.exitCode !== 0) throw new Error(run.stderr);
  embeddingSaid = run.stderr;
});
afterAll(() => server.stop());

test('qdx embed --progress json writes nothing but documented lines', () => {
  expect(progressTypes(embeddingSaid)).toContain('progress');
});

describe('the log of searches', () => {
  test('holds times, encoder and result ids, and no text; other users cannot read it', async () => {
    expect(await searches()).toMatchObject({ searches: 0, latencyMs: null, cacheHitRate: null, slow: [] });
    await qdx(['search', 'bake bread', '-c', 'docs']);
    const [entry, ...more] = logged();
    expect(more).toEqual([]);
    expect(entry).toEqual({
      version: 1,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/u),
      server: server.url,
      tool: 'search',
      collections: ['docs'],
      mode: 'hybrid',
      times: expect.objectContaining({ encodeMs: expect.any(Number), totalMs: expect.any(Number) }),
      encoder: 'onnx',
      cached: false,
      reranked: ['late'],
      ids: expect.arrayContaining([expect.stringMatching(/^[\da-f-]{36}$/u)]),
    });
    expect(statSync(log).mode & 0o777).toBe(0o600);
  });

  test('is not written where the settings say so, and not by a bench', async () => {
    await qdx(['search', 'bake bread', '-c', 'docs'], { QDX_LOG: 'false' });
    const file = join(home, 'work', 'queries.csv');
    writeFileSync(file, 'id,query\n1,bake bread\n');
    const bench = await qdx(['bench', 'search', '-c', 'docs', '--queries', file, '--rounds', '1']);
    expect(bench).toMatchObject({ exitCode: 0 });
    expect(logged()).toHaveLength(1);
  });

  test('holds what agents ask as well', async () => {
    const session = await mcpOverStdio(['-c', 'docs'], { home, env: { QDRANT_URL: server.url } });
    const again = { query: 'bake bread', collections: ['docs'] };
    await session.call('search', again);
    await session.call('search', again);
    await session.close();
    expect(logged().slice(1)).toMatchObject([
      { tool: 'mcp', cached: false },
      { tool: 'mcp', cached: true },
    ]);
  });

  test('a log that cannot be written is a warning, and the search goes on', async () => {
    const elsewhere = temporaryHome();
    mkdirSync(join(elsewhere, 'data', 'qdx', 'searches', 'searches.jsonl'), { recursive: true });
    const run = await runQdx(['search', 'bake bread', '-c', 'docs'], {
      home: elsewhere,
      env: { QDRANT_URL: server.url },
    });
    expect(run).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('log of searches') });
    expect(run.stdout).toContain('0.md');
  });
});

describe('qdx stats', () => {
  test('without texts in the log, recall is not measured, and it says what to set', async () => {
    expect(await searches('--recall')).toMatchObject({
      recall: null,
      warnings: [{ code: 'recall-unknown', message: expect.stringContaining('QDX_LOG_QUERIES') }],
    });
  });

  test('percentiles from 100 searches on, cache hit rate, slow queries, recall of a sample', async () => {
    const file = join(home, 'work', 'queries.jsonl');
    writeFileSync(file, queries.map((query) => JSON.stringify(query)).join('\n'));
    const env = { QDX_LOG_QUERIES: 'true' };
    await qdx(['search', '--queries', file, '-c', 'docs', '--format', 'jsonl'], env);
    const figures = await searches('--recall', '--recall-sample', '5');
    expect(figures).toMatchObject({
      searches: 113,
      failed: 0,
      latencyMs: { total: { p50: expect.any(Number) }, encode: { p95: expect.any(Number) } },
      cacheHitRate: expect.closeTo(100 / 113, 5),
      recall: { queries: 5, recall: 1 },
      warnings: [],
    });
    const { slow } = figures as { slow: { times: { totalMs: number } }[] };
    expect(slow.map(({ times }) => times.totalMs)).toEqual(
      slow.map(({ times }) => times.totalMs).toSorted((a, b) => b - a),
    );
  });

  test('--prometheus and --textfile tell the same figures', async () => {
    const textfile = join(home, 'work', 'qdx.prom');
    const { stdout } = await qdx(['stats', 'docs', '--prometheus', '--textfile', textfile]);
    expect(readFileSync(textfile, 'utf8').trimEnd()).toBe(stdout.trimEnd());
    const samples = parsePrometheus(stdout);
    const names = samples.map(({ name, labels }) => `${name} ${labels['stage'] ?? ''} ${labels['quantile'] ?? ''}`);
    expect(names).toEqual(
      expect.arrayContaining([
        'qdx_search_logged  ',
        'qdx_search_latency_seconds total 0.95',
        'qdx_search_latency_seconds encode 0.5',
        'qdx_search_cache_hit_ratio  ',
      ]),
    );
  });

  test('as text: counts, percentiles, slow searches with their text', async () => {
    const { stdout } = await qdx(['stats', 'docs']);
    expect(stdout).toMatch(/query embedding +p50 [\d.]+ ms, p95 [\d.]+ ms, p99 [\d.]+ ms/u);
    expect(stdout).toMatch(/slow: [\d.]+ ms at \S+ in docs/u);
  });

  test('--watch looks again, says that the server is away, and finds it when it is back', async () => {
    const child = spawnQdx(['stats', 'docs', '--watch', '--interval', '1', '--json', '--retries', '0'], {
      home,
      env: { QDRANT_URL: server.url },
    });
    let text = '';
    child.stdout?.on('data', (chunk) => (text += String(chunk)));
    const looks = () => text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as object]));
    await expect.poll(() => looks().length, { timeout: 20_000 }).toBeGreaterThan(1);
    await server.stop();
    await expect.poll(() => looks().at(-1), { timeout: 20_000 }).toHaveProperty('failed.message');
    await server.restart();
    await expect.poll(() => looks().at(-1), { timeout: 20_000 }).toHaveProperty('searches.searches');
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(130);
  });
});
