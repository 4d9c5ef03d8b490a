/**
 * The story: a collection of 3584 dimensions that something else made becomes one of the built-in model, in one command.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { readCard } from '../../../src/core/qdrant/collection/card-store.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import type { ReembedPlan } from '../../../src/core/transfer/reembed/plan.ts';
import type { ReembedSummary } from '../../../src/core/transfer/reembed-collection.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { type QdxRun, runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { makeForeign, oldDimension, paragraphs } from './foreign-collection.ts';

const points = paragraphs(220);
let server: RunningQdrant;
let connection: Connection;
/** One for all tests: they share the vector cache. */
const home = temporaryHome();

const qdx = (...args: string[]): Promise<QdxRun> => runQdx(args, { home, env: { QDRANT_URL: server.url } });

async function payloadsOf(name: string): Promise<Map<string, unknown>> {
  const payloads = new Map<string, unknown>();
  for await (const { id, payload } of scrollPoints(connection, name)) payloads.set(String(id), payload);
  return payloads;
}

/** Token vectors are what the new model adds, as `qdx embed` does. */
const withoutTokens = (payloads: Map<string, unknown>): Map<string, unknown> =>
  new Map(
    [...payloads].map(([id, payload]) => {
      const { token_vectors: _tokens, ...rest } = payload as Record<string, unknown>;
      return [id, rest];
    }),
  );

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  await makeForeign(connection, { physical: 'handbook__1', alias: 'handbook', points });
});

afterAll(async () => server.kill());

test('without the name of the text nothing is made, and the refusal names what there is', async () => {
  const { exitCode, stderr } = await qdx('migrate', 'handbook', '--model', 'all-MiniLM-L6-v2', '--yes');
  expect(exitCode).toBe(8);
  expect(stderr).toContain('no point of handbook__1 has text under the payload key "content"');
  expect(stderr).toMatch(/page_content \(text in \d+, \d+ characters on average\), file \(text in \d+/u);
  expect(stderr).toContain('--text-field page_content');
  expect(await listCollections(connection)).toEqual([{ physical: 'handbook__1', aliases: ['handbook'] }]);
});

const command = ['migrate', 'handbook', '--model', 'all-MiniLM-L6-v2', '--text-field', 'page_content'] as const;

test('the plan says dimensions, points, tokens, time and disk, and changes nothing', async () => {
  const { stdout, exitCode } = await qdx(...command, '--plan', '--json');
  expect(exitCode).toBe(0);
  const plan = JSON.parse(stdout) as ReembedPlan;
  expect(plan).toMatchObject({
    source: { collection: 'handbook__1', points: points.length },
    target: { collection: 'handbook__2', aliases: ['handbook'] },
    replacedVector: { name: '', size: oldDimension },
    newVector: { name: 'dense', size: 384, sparseName: 'bm25' },
    texts: points.length,
    withoutText: 0,
    replaced: [{ name: 'handbook', collection: 'handbook__1', points: points.length }],
  });
  const tokensPerText = plan.tokens / points.length;
  expect(tokensPerText).toBeGreaterThan(10);
  expect(tokensPerText).toBeLessThan(256);
  expect(plan.speed?.tokensPerSecond).toBeGreaterThan(0);
  expect(plan.stagingBytes).toBeGreaterThan(points.length * 384 * 4);
  // Ten to twelve bytes a number.
  expect(plan.backups[0]?.sizeBytes).toBeGreaterThan(points.length * oldDimension * 8);
  expect(plan.freeBytes).toBeGreaterThan(0);
  expect(await listCollections(connection)).toEqual([{ physical: 'handbook__1', aliases: ['handbook'] }]);
});

test('one command embeds anew, proves it, switches the name, and keeps the old one', async () => {
  const queries = join(home, 'queries.jsonl');
  const right = points[7];
  const judged = { query: right?.payload.page_content.slice(0, 120), answers: [{ id: right?.id, grade: 2 }] };
  writeFileSync(queries, `${JSON.stringify(judged)}\n`);
  const before = await payloadsOf('handbook__1');
  const options = ['--path-field', 'file', '--queries', queries, '--sample', '40', '--yes', '--json'];
  const { stdout, stderr, exitCode } = await qdx(...command, ...options);
  expect(stderr).not.toContain('error');
  expect(exitCode).toBe(0);
  const summary = JSON.parse(stdout) as ReembedSummary;
  expect(summary).toMatchObject({
    points: points.length,
    isSwitched: true,
    replaced: ['handbook__1'],
    target: { collection: 'handbook__2', aliases: ['handbook'] },
    counts: { made: points.length, withoutText: 0, failed: 0 },
    proof: {
      points: { points: points.length, withVector: points.length },
      oldNotQueried: expect.stringContaining('no card'),
    },
  });
  const { embedded, cached } = summary.counts;
  // Those of the plan's probe came from the cache.
  expect(embedded + cached).toBe(points.length);
  expect(cached).toBeGreaterThan(0);
  const { spaces = null, queries: asked = null } = summary.proof ?? {};
  expect(spaces).toMatchObject({ sampled: 40, newSelf: { at10: 1 }, oldSelf: { at1: 1, at10: 1 } });
  expect(spaces?.overlapAt10).toBeLessThan(0.5);
  expect(asked).toMatchObject({ queries: 1, old: null, made: { judged: 1, hitAt10: 1 } });
  const after = await payloadsOf('handbook');
  expect(after.get('1')).toHaveProperty('token_vectors.encoding', 'sign');
  expect(withoutTokens(after)).toEqual(before);
  expect(await listCollections(connection)).toEqual([
    { physical: 'handbook__1', aliases: [] },
    { physical: 'handbook__2', aliases: ['handbook'] },
  ]);
  const card = await readCard(connection, 'handbook__2');
  expect(card).toMatchObject({
    model: { name: 'all-MiniLM-L6-v2' },
    payloadKeys: { content: 'page_content', source_path: 'file' },
  });
  const [backup] = summary.backups;
  expect((await qdx('verify', String(backup?.folder))).exitCode).toBe(0);
});

test('search finds by meaning and by words, under the old name', async () => {
  const { stdout, exitCode } = await qdx(
    'search',
    '-c',
    'handbook',
    'replace the whole index without anyone noticing',
    '--json',
  );
  expect(exitCode).toBe(0);
  const { mode, hits } = JSON.parse(stdout) as { mode: string; hits: { path: string; text: string }[] };
  expect(mode).toBe('hybrid');
  expect(hits.slice(0, 5).map(({ path }) => path)).toContain('operations/aliases-and-reindexing.md');
});

test('the step back is one command', async () => {
  expect((await qdx('rollback', 'handbook', '--yes')).exitCode).toBe(0);
  expect(await listCollections(connection)).toContainEqual({ physical: 'handbook__1', aliases: ['handbook'] });
});

test('all collections of the project file: each by itself, and one that fails does not stop the others', async () => {
  for (const name of ['first', 'second'])
    await makeForeign(connection, { physical: `${name}__1`, alias: name, points: points.slice(0, 4) });
  const entry = { model: 'all-MiniLM-L6-v2' };
  const collections = { first: { ...entry, payloadKeys: { content: 'page_content' } }, second: entry };
  writeFileSync(join(home, 'work', 'qdx.config.json'), JSON.stringify({ collections }));
  const all = ['migrate', '--configured', '--reembed', '--no-backup', '--yes'] as const;
  const { stdout, exitCode } = await qdx(...all, '--json');
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    failed: 1,
    collections: [
      { name: 'first', status: 'done', result: { points: 4, counts: { made: 4 }, isSwitched: true } },
      {
        name: 'second',
        status: 'failed',
        error: { kind: 'refused', message: expect.stringContaining('no point of second__1') },
      },
    ],
  });
  const again = await qdx(...all, '--text-field', 'page_content');
  expect(again.exitCode).toBe(0);
  expect(again.stdout).toMatch(/first +unchanged .*are those of all-MiniLM-L6-v2 already/u);
  expect(again.stdout).toMatch(/second +done +4 /u);
  const one = ['migrate', 'first', '--model', 'all-MiniLM-L6-v2', '--yes'] as const;
  expect(await qdx(...one)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('are those of all-MiniLM-L6-v2 already; nothing was changed') as string,
  });
  // Another layout was asked for as well, and that is not so.
  expect(await qdx(...one, '--shard-number', '3')).toMatchObject({ exitCode: 2 });
});

test('flags of another model without a model are refused: points would be copied', async () => {
  const { exitCode, stderr } = await qdx('migrate', 'handbook', 'copy', '--text-field', 'page_content');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--text-field is for embedding anew, and no model was named');
});
