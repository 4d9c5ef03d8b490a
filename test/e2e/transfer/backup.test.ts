/**
 * Backups of a real server: what is in them, and what is refused.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { verifyBackup } from '../../../src/core/transfer/backup-folder/verify-backup.ts';
import { decodeDescription } from '../../../src/core/transfer/collection/collection-description.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { linesOf, paramsFor } from './backup-support.ts';
import { createNastyCollection, nastyIds, nastyMetadata, nastyPayloads } from './nasty-collection.ts';

let server: RunningQdrant;
let connection: Connection;

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  await createNastyCollection(connection, 'docs__1', 400);
  const aliases = ['docs', 'prod'].map((alias) => ({
    create_alias: { collection_name: 'docs__1', alias_name: alias },
  }));
  await connection.request('POST', '/collections/aliases', { body: { actions: aliases } });
  await connection.request('PUT', '/collections/empty', { body: { vectors: { size: 2, distance: 'Dot' } } });
});

afterAll(async () => server.kill());

describe('what is in a backup', () => {
  test('F20, F21: every point once, in order; ids and payloads byte for byte', async () => {
    const folder = join(temporaryFolder(), 'deep', 'backup');
    const summary = await backUp(connection, paramsFor(folder));
    expect(summary).toMatchObject({
      points: 400,
      resumed: false,
      collections: [{ name: 'docs__1', consistency: 'scroll' }],
    });
    expect(summary.collections[0]!.parts).toBeGreaterThan(3);
    expect(readdirSync(folder).toSorted()).toEqual(['001-docs__1', 'manifest.json']);
    const lines = linesOf(join(folder, '001-docs__1'));
    expect(lines).toHaveLength(400);
    for (const [index, id] of nastyIds.entries()) {
      const line = lines.find((text) => text.startsWith(`{"id":${id},`));
      const payload = nastyPayloads[index % nastyPayloads.length]!;
      expect(line).toContain(`,"payload":${payload},"vector":`);
    }
    expect((await verifyBackup(folder)).problems).toEqual([]);
  });

  test('F29: configuration, indexes, metadata (byte for byte) and aliases', async () => {
    const folder = join(temporaryFolder(), 'backup');
    await backUp(connection, paramsFor(folder));
    const description = decodeDescription(readFileSync(join(folder, '001-docs__1', 'collection.json')));
    expect(description.aliases).toEqual(['docs', 'prod']);
    expect(Object.keys(description.payloadIndexes)).toEqual(['geo', 'one', 'tenant', 'text', 'uint64', 'zeit']);
    expect(description.config).toMatchObject({
      params: { shard_number: 2, read_fan_out_factor: 2, sparse_vectors: { sparse: { modifier: 'idf' } } },
      strict_mode_config: { max_query_limit: 50 },
      quantization_config: { binary: { always_ram: true } },
    });
    const metadata = [...description.metadata].map(([key, value]) => `${JSON.stringify(key)}:${value.toString()}`);
    expect(metadata.toSorted()).toEqual(
      ['"owner":"team"', '"exact":1.0', '"big":18446744073709551615', '"nested":{"b":1,"a":[1.0,null]}'].toSorted(),
    );
    expect(nastyMetadata).toContain('"exact":1.0');
  });

  test('gzip, an empty collection, and the whole server', async () => {
    const folder = join(temporaryFolder(), 'backup');
    const selection = { names: [], patterns: [], all: true };
    const summary = await backUp(connection, paramsFor(folder, { selection, compression: 'gzip' }));
    expect(summary.collections.map(({ name, points }) => [name, points])).toEqual([
      ['docs__1', 400],
      ['empty', 0],
    ]);
    const plain = join(temporaryFolder(), 'backup');
    await backUp(connection, paramsFor(plain, { partPoints: 5000 }));
    expect(linesOf(join(folder, '001-docs__1'))).toEqual(linesOf(join(plain, '001-docs__1')));
    expect((await verifyBackup(folder)).problems).toEqual([]);
  });

  test('--filter takes conditions and whole filters; the hash of a part equals that of the same points', async () => {
    const folder = join(temporaryFolder(), 'backup');
    const filter = { must: [{ key: 'one', match: { value: 1 } }] };
    const { points } = await backUp(connection, paramsFor(folder, { filter }));
    expect(points).toBe(50);
  });
});

describe('what is refused', () => {
  test.each([
    ['nothing named', [], 'usage', /which collections\? none was named/],
    ['a name that is not there', ['dosc'], 'notFound', /collection "dosc" is not on .*there are: docs/],
  ] as const)('%s', async (_title, names, kind, message) => {
    const selection = { names, patterns: [], all: false };
    const folder = join(temporaryFolder(), 'backup');
    await expect(backUp(connection, paramsFor(folder, { selection }))).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(message) as string,
    });
    expect(existsSync(folder)).toBe(false);
  });

  test('a pattern, or a filter, that matches nothing', async () => {
    const selection = { names: [], patterns: ['x*'], all: false };
    const folder = join(temporaryFolder(), 'backup');
    await expect(backUp(connection, paramsFor(folder, { selection }))).rejects.toMatchObject({ kind: 'notFound' });
    const filter = { must: [{ key: 'nowhere', match: { value: 1 } }] };
    await expect(backUp(connection, paramsFor(folder, { filter }))).rejects.toMatchObject({
      kind: 'usage',
      message: '--filter matches no point of docs__1',
    });
    await expect(verifyBackup(folder)).rejects.toMatchObject({ kind: 'verification' });
  });

  test('a folder with something else in it, or with a finished backup', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'notes.txt'), 'x');
    await expect(backUp(connection, paramsFor(folder))).rejects.toMatchObject({ kind: 'refused' });
    expect(readdirSync(folder)).toEqual(['notes.txt']);
    rmSync(join(folder, 'notes.txt'));
    await backUp(connection, paramsFor(folder));
    const again = backUp(connection, paramsFor(folder));
    await expect(again).rejects.toMatchObject({
      kind: 'refused',
      message: `${folder} holds a finished backup already`,
    });
  });

  test('F6: a folder that cannot be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), 'x');
    await expect(backUp(connection, paramsFor(join(folder, 'file', 'backup')))).rejects.toMatchObject({
      kind: 'notFound',
      message: expect.stringMatching(/cannot write .*: its folder is a file$/) as string,
    });
  });
});

describe('the commands', () => {
  test('backup and verify, as text and as JSON, with their exit codes', async () => {
    const folder = join(temporaryFolder(), 'backup');
    const env = { QDX_URL: server.url };
    const made = await runQdx(['backup', '--collections', 'do*', '--to', folder], { env });
    expect(made).toMatchObject({ exitCode: 0 });
    expect(made.stdout).toMatch(
      /^docs, prod \(docs__1\): 400 points in one part; nothing changed meanwhile\n400 points, .* in .*backup/,
    );
    const sound = await runQdx(['verify', folder]);
    expect(sound).toMatchObject({ exitCode: 0 });
    expect(sound.stdout).toMatch(/is sound: 400 points in 2 files/);
    writeFileSync(join(folder, '001-docs__1', 'extra'), '');
    const wrong = await runQdx(['verify', folder, '--json']);
    expect(wrong.exitCode).toBe(4);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      isSound: false,
      problems: [{ file: '001-docs__1/extra', kind: 'extra' }],
    });
    mkdirSync(join(folder, 'sub'));
    const none = await runQdx(['verify', join(folder, 'sub')]);
    expect(none.exitCode).toBe(4);
    expect(none.stderr).toContain('is no backup: it has no manifest.json');
  });
});
