/**
 * The log of searches: bounded, read back, and what its figures are counted from.
 */
import { appendFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { figuresOfLog, searchesAfter } from '../../../src/core/live/log-figures.ts';
import { readSearchLog } from '../../../src/core/live/read-log.ts';
import type { SearchParams } from '../../../src/core/retrieval/params.ts';
import type { SearchResponse } from '../../../src/core/retrieval/response.ts';
import { type LoggedSearch, withSearchLog } from '../../../src/core/retrieval/search-log.ts';
import { QdxError } from '../../../src/lib/errors.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const params = { collections: ['docs'], mode: 'hybrid' } as unknown as SearchParams;
const response = {
  mode: 'hybrid',
  collections: [{ name: 'docs', mode: 'hybrid', model: 'm', encoder: null }],
  hits: [{ id: 18_446_744_073_709_551_615n }, { id: 7 }],
  timing: { encodeMs: 1, serverMs: 2, rankMs: 3, totalMs: 6 },
  rerankTimeMs: 0,
  reranking: [],
} as unknown as SearchResponse;

const place = (maxBytes = 4_000_000, keepsQueries = false) => ({
  folder: join(temporaryFolder('log'), 'searches'),
  server: 'local',
  tool: 'search' as const,
  maxBytes,
  keepsQueries,
});
const answering = { search: () => Promise.resolve(response), close: () => Promise.resolve() };

describe('withSearchLog', () => {
  test('keeps the last searches and no more bytes than it may', async () => {
    const log = place(100_000, true);
    const searcher = withSearchLog(answering, params, log);
    for (let index = 0; index < 1000; index++) await searcher.search(`query ${index}`);
    const sizes = readdirSync(log.folder).map((name) => statSync(join(log.folder, name)).size);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThan(101_000);
    expect(total).toBeGreaterThan(70_000);
    const entries = await readSearchLog(log);
    const first = 1000 - entries.length;
    expect(entries.map(({ query }) => query)).toEqual(entries.map((_, index) => `query ${first + index}`));
  });

  test('ids beyond 2^53 keep their digits', async () => {
    const log = place();
    await withSearchLog(answering, params, log).search('x');
    expect((await readSearchLog(log))[0]?.ids).toEqual(['18446744073709551615', '7']);
  });

  test('a failure is logged by its kind, and thrown', async () => {
    const log = place();
    const failing = { ...answering, search: () => Promise.reject(new QdxError('temporary', 'the server is away')) };
    await expect(withSearchLog(failing, params, log).search('x')).rejects.toThrow('away');
    expect(await readSearchLog(log)).toMatchObject([{ failed: 'temporary' }]);
  });

  test('lines that were cut, of other servers, or of other collections are left out', async () => {
    const log = place();
    await withSearchLog(answering, params, log).search('x');
    await withSearchLog(answering, params, { ...log, server: 'http://other:6333' }).search('x');
    await withSearchLog(answering, { ...params, collections: ['code'] }, log).search('x');
    appendFileSync(join(log.folder, 'searches.jsonl'), '{"version":1,"at":"2026');
    expect(await readSearchLog({ ...log, collections: ['docs', 'docs__1'] })).toHaveLength(1);
    expect(await readSearchLog(log)).toHaveLength(2);
  });

  test('no folder is no searches', async () => {
    expect(await readSearchLog(place())).toEqual([]);
  });
});

describe('figuresOfLog', () => {
  const entry = (totalMs: number, cached: boolean | null = false): LoggedSearch => ({
    version: 1,
    at: '2026-01-01T00:00:00.000Z',
    server: 'local',
    tool: 'search',
    collections: ['docs'],
    mode: 'hybrid',
    times: { encodeMs: totalMs / 2, serverMs: 0, rankMs: 0, rerankMs: 0, totalMs },
    cached,
  });
  const ascending = (count: number) => Array.from({ length: count }, (_, index) => entry(index + 1));

  test('percentiles by nearest rank, from 100 answers on', () => {
    expect(figuresOfLog(ascending(99)).latencyMs).toBeNull();
    expect(figuresOfLog(ascending(100)).latencyMs).toMatchObject({
      total: { p50: 50, p95: 95, p99: 99 },
      encode: { p50: 25 },
    });
  });

  test('cache hits are counted among the answers that wanted a vector', () => {
    expect(figuresOfLog([entry(1, true), entry(1), entry(1, null)]).cacheHitRate).toBe(0.5);
    expect(figuresOfLog([entry(1, null)]).cacheHitRate).toBeNull();
  });

  test('the five slowest, slowest first', () => {
    expect(figuresOfLog(ascending(9)).slow.map(({ times }) => times.totalMs)).toEqual([9, 8, 7, 6, 5]);
  });

  test('further searches are counted in a log that dropped its oldest ones too', () => {
    const at = (minute: number) => ({ at: `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z` });
    const before = [at(1), at(2), at(3), at(4)];
    const after = [at(4), at(5), at(6)];
    expect([searchesAfter(before, ''), searchesAfter(after, at(4).at)]).toEqual([4, 2]);
  });
});
