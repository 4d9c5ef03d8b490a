/**
 * A log that two runs close at the same moment. They cannot be made to meet at will: the file system stands in for the other run.
 */
import type * as FileSystem from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { readSearchLog } from '../../../src/core/live/read-log.ts';
import type { SearchParams } from '../../../src/core/retrieval/params.ts';
import { withSearchLog } from '../../../src/core/retrieval/search-log.ts';
import { QdxError } from '../../../src/lib/errors.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const { otherRun } = vi.hoisted(() => ({ otherRun: { wasFaster: false } }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof FileSystem>();
  return {
    ...fs,
    renameSync: (from: string, to: string) => {
      fs.renameSync(from, otherRun.wasFaster ? to.replace(/\d+\.jsonl$/u, '0.jsonl') : to);
      if (otherRun.wasFaster) fs.renameSync(from, to);
    },
  };
});

test('the run that is second to close a full log goes on logging', async () => {
  const log = {
    folder: join(temporaryFolder('log'), 'searches'),
    server: 'local',
    tool: 'mcp' as const,
    maxBytes: 4,
    keepsQueries: true,
  };
  const failing = { search: () => Promise.reject(new QdxError('temporary', 'away')), close: () => Promise.resolve() };
  const warnings: unknown[] = [];
  const params = { collections: ['docs'], mode: 'hybrid' } as unknown as SearchParams;
  const searcher = withSearchLog(failing, params, log, (event) => warnings.push(event));
  otherRun.wasFaster = true;
  await searcher.search('first').catch(() => {});
  otherRun.wasFaster = false;
  await searcher.search('second').catch(() => {});
  expect((await readSearchLog(log)).map(({ query }) => query)).toEqual(['first', 'second']);
  expect(warnings).toEqual([]);
});
