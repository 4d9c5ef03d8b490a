/**
 * Embedding again: only what changed, and never a point of anyone else.
 */
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readCard } from '../../../src/core/qdrant/collection/card-store.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { countPoints, type PointId, retrievePoints, scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import { connectTo } from '../../helpers/connection.ts';
import {
  contentsOf,
  corpusFolder,
  manyFiles,
  pathsOf,
  runEmbed,
  sectionText,
  writeFiles,
} from '../../helpers/embed-corpus.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryHome } from '../../helpers/run-qdx.ts';

let server: RunningQdrant;
let connection: Connection;
let home = '';
let number = 0;
let name = '';
let folder = '';

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  home = temporaryHome();
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});
beforeEach(() => {
  name = `c${++number}`;
  folder = corpusFolder(manyFiles(4, 5));
});

const embed = (...args: string[]) => runEmbed(server, ['-c', name, ...args], { home });
async function scrollIds(line: Connection, collection: string): Promise<PointId[]> {
  const ids: PointId[] = [];
  for await (const { id } of scrollPoints(line, collection, { withPayload: false })) ids.push(id);
  return ids;
}
/** What a collection holds that was made of the folder as it is, with nothing before it. */
async function madeAfresh(): Promise<Map<string, string>> {
  const fresh = `${name}-afresh`;
  expect((await runEmbed(server, ['-c', fresh, folder], { home })).exitCode).toBe(0);
  return contentsOf(connection, fresh);
}

describe('a second run', () => {
  test('of what did not change embeds and writes nothing, and starts no model', async () => {
    const first = await embed(folder);
    const { chunks } = first.summary;
    expect(first.summary).toMatchObject({ files: 4, unchanged: 0, written: chunks, totalChunks: chunks, removed: 0 });
    expect(chunks).toBeGreaterThan(15);
    expect(await countPoints(connection, name)).toBe(chunks);
    const second = await embed(folder);
    expect(second.summary).toMatchObject({
      chunks,
      unchanged: chunks,
      cached: 0,
      embedded: 0,
      written: 0,
      device: null,
    });
    expect(await readCard(connection, name)).toMatchObject({ sources: ['docs'], model: { name: 'all-MiniLM-L6-v2' } });
  });

  test('of an edited file embeds its changed chunks alone, and what they replace is gone', async () => {
    await embed(folder);
    const path = join(folder, 'guides/page-0.md');
    writeFiles(folder, {
      'guides/page-0.md': readFileSync(path, 'utf8').replace('number 20 holds', 'number 20 keeps'),
    });
    const { summary } = await embed(folder);
    expect(summary).toMatchObject({ embedded: 1, written: 1, removed: 1, unchanged: summary.chunks - 1 });
    expect(await contentsOf(connection, name)).toEqual(await madeAfresh());
  });

  test('of a file whose lines moved writes the new line numbers with the vectors it has', async () => {
    await embed(folder);
    const path = join(folder, 'guides/page-0.md');
    const [head = '', ...rest] = readFileSync(path, 'utf8').split('## ');
    writeFiles(folder, { 'guides/page-0.md': [head, `${sectionText(99).slice(3)}\n`, ...rest].join('## ') });
    const { summary } = await embed(folder);
    expect(summary.embedded).toBeLessThanOrEqual(2);
    expect(summary.cached).toBeGreaterThanOrEqual(4);
    expect(await contentsOf(connection, name)).toEqual(await madeAfresh());
  });

  test('after a rename re-embeds that file alone; the old points stay until --prune', async () => {
    await embed(folder);
    renameSync(join(folder, 'guides/page-0.md'), join(folder, 'guides/renamed.md'));
    const renamed = await embed(folder);
    const moved = renamed.summary.written;
    expect(renamed.summary).toMatchObject({ unchanged: renamed.summary.chunks - moved, removed: 0, pruned: 0 });
    expect(renamed.summary.gone).toEqual({ points: moved, files: 1, examples: ['docs/guides/page-0.md'] });
    const pruned = await embed(folder, '--prune');
    expect(pruned.summary).toMatchObject({ written: 0, pruned: moved, gone: { points: 0 } });
    expect(await contentsOf(connection, name)).toEqual(await madeAfresh());
  });

  test('with an empty cache embeds what changed, and what did not change stays untouched', async () => {
    await embed(folder);
    writeFiles(folder, { 'new.md': sectionText(500) });
    const { summary } = await runEmbed(server, ['-c', name, folder, '--no-cache'], { home });
    expect(summary).toMatchObject({ embedded: 1, cached: 0, written: 1 });
  });

  test('knows its points in a collection with payload keys of its own', async () => {
    const own = temporaryHome();
    const config = { payloadKeys: { content: 'text', source: 'root', source_path: 'path' } };
    writeFiles(join(own, 'work'), { 'qdx.config.json': JSON.stringify(config) });
    const run = () => runEmbed(server, ['-c', name, folder], { home: own });
    const first = await run();
    const [point] = await retrievePoints(connection, name, (await scrollIds(connection, name)).slice(0, 1));
    expect(point?.payload).toMatchObject({ text: expect.any(String), root: 'docs', path: expect.any(String) });
    expect((await run()).summary).toMatchObject({ unchanged: first.summary.chunks, written: 0 });
    writeFiles(folder, { 'guides/page-0.md': `# Page 0\n\n${sectionText(77)}` });
    expect((await run()).summary).toMatchObject({ written: 1, removed: 5 });
  });

  test('dry run says what would be done, and does none of it', async () => {
    const before = await embed(folder, '--dry-run');
    expect(before.summary).toMatchObject({ dryRun: true, written: before.summary.chunks });
    expect(
      (await connection.request<{ collections: unknown[] }>('GET', '/collections')).collections,
    ).not.toContainEqual({
      name: `${name}__1`,
    });
    await embed(folder);
    const contents = await contentsOf(connection, name);
    rmSync(join(folder, 'guides/page-2.md'));
    writeFiles(folder, { 'guides/page-0.md': `# Page 0\n\n${sectionText(77)}` });
    const dry = await embed(folder, '--dry-run', '--prune');
    expect(dry.summary).toMatchObject({ embedded: 1, written: 1, physical: `${name}__1` });
    expect([dry.summary.removed > 0, dry.summary.pruned > 0]).toEqual([true, true]);
    expect(await contentsOf(connection, name)).toEqual(contents);
    const wet = await embed(folder, '--prune');
    const { embedded, written, removed, pruned } = dry.summary;
    expect(wet.summary).toMatchObject({ embedded, written, removed, pruned });
  });
});

describe('removal', () => {
  test('two folders in one collection never delete each other', async () => {
    const other = corpusFolder({ 'guides/page-0.md': sectionText(1), 'other.md': sectionText(2) }, 'other');
    expect((await embed(folder)).summary.written).toBeGreaterThan(0);
    await embed(other);
    rmSync(join(other, 'other.md'));
    rmSync(join(folder, 'reference/page-1.md'));
    await embed(other, '--prune');
    expect(await pathsOf(connection, name)).toEqual([
      'docs/guides/page-0.md',
      'docs/guides/page-2.md',
      'docs/reference/page-1.md',
      'docs/reference/page-3.md',
      'other/guides/page-0.md',
    ]);
    await embed(folder, '--prune');
    expect(await pathsOf(connection, name)).not.toContain('docs/reference/page-1.md');
    expect(await readCard(connection, name)).toMatchObject({ sources: ['docs', 'other'] });
  });

  test('a folder that holds nothing any more: --prune names what would go, and takes it only when asked to', async () => {
    await embed(folder);
    const before = await contentsOf(connection, name);
    for (const entry of readdirSync(folder)) rmSync(join(folder, entry), { recursive: true });
    const bare = await embed(folder);
    expect([bare.exitCode, bare.stderr]).toEqual([2, expect.stringContaining('there is nothing to embed')]);
    for (const more of [[], ['--dry-run']]) {
      const refused = await embed(folder, '--prune', ...more);
      expect([refused.exitCode, refused.stderr]).toEqual([
        8,
        expect.stringMatching(/--prune would remove all \d+ points/),
      ]);
    }
    const taken = await embed(folder, '--prune', '--allow-prune-all');
    expect([taken.exitCode, taken.summary.pruned]).toEqual([0, before.size]);
    const again = await embed(folder, '--prune', '--allow-prune-all');
    expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining('there is nothing to embed')]);
  });

  test('--prune never takes all that a source had, unless asked to', async () => {
    await embed(folder);
    const before = await contentsOf(connection, name);
    const elsewhere = corpusFolder({ 'unrelated.md': sectionText(9) });
    const refused = await embed(elsewhere, '--prune', '--moved');
    expect(refused.exitCode).toBe(8);
    expect(refused.stderr).toMatch(/--prune would remove all \d+ points of source docs: none of their 4 files is here/);
    expect(refused.stderr).toContain('--allow-prune-all');
    expect(await contentsOf(connection, name)).toEqual(before);
    const allowed = await embed(elsewhere, '--prune', '--moved', '--allow-prune-all');
    expect(allowed.summary.pruned).toBe(before.size);
    expect(await pathsOf(connection, name)).toEqual(['docs/unrelated.md']);
  });

  test('two folders of one name in one collection are refused, and go on under names of their own', async () => {
    await embed(folder);
    const before = await contentsOf(connection, name);
    const twin = corpusFolder({ 'guides/page-0.md': sectionText(9) });
    const refused = await embed(twin);
    expect(refused.exitCode).toBe(8);
    expect(refused.stderr).toContain(`has source docs from ${folder}, and this is ${twin}`);
    expect(refused.stderr).toContain('--source');
    expect(await contentsOf(connection, name)).toEqual(before);
    const named = await embed(twin, '--source', 'twin');
    expect(named.exitCode).toBe(0);
    expect(await pathsOf(connection, name)).toContain('twin/guides/page-0.md');
  });

  test('a folder that was moved is the same source', async () => {
    await embed(folder);
    const moved = join(folder, '..', '..', `moved-${number}`, 'docs');
    writeFiles(moved, manyFiles(4, 5));
    rmSync(folder, { recursive: true });
    const { summary } = await embed(moved);
    expect(summary).toMatchObject({ unchanged: summary.chunks, written: 0 });
  });
});
