/**
 * `qdx upload --force`: a collection is replaced by a file, proven, and kept; guards stand before what would be lost.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cardKey } from '../../../src/core/qdrant/collection/card-store.ts';
import { readCollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { acquireWriterLock, lockOwner } from '../../../src/core/qdrant/lock.ts';
import { countPoints } from '../../../src/core/qdrant/collection/points.ts';
import { defaultLexical } from '../../../src/core/lexical/lexical.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { verifyBackup } from '../../../src/core/transfer/backup-folder/verify-backup.ts';
import { overwriteCollection, type OverwriteSummary } from '../../../src/core/transfer/overwrite.ts';
import { readTransferMark } from '../../../src/core/transfer/journal/transfer-mark.ts';
import { testSettings } from '../../helpers/collection-card.ts';
import { modelCard } from '../../helpers/model-card.ts';
import { hasScript, qdxOnTerminal } from '../../helpers/on-terminal.ts';
import type { RunningQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { record, write } from '../../helpers/vectors-file.ts';
import { alias, removeAll } from '../versions/support.ts';

import {
  allOpen,
  createOld,
  expectNew,
  expectOld,
  startForceServer,
  paramsFor,
  physicalOf,
  records,
  textsOf,
} from './force-support.ts';

let server: RunningQdrant;
let to: Connection;
let file: string;

beforeAll(async () => void ({ server, to, file } = await startForceServer()));
beforeEach(() => removeAll(to));
afterAll(() => server.kill());

const params = (change: Parameters<typeof paramsFor>[1] = {}) => paramsFor(file, change);

describe('over an alias', () => {
  test('backup, staging, proof, switch; the old one is kept, and the collection is made as it was', async () => {
    await createOld(to);
    await alias(to, 'prod', 'docs__1');
    const asked: string[] = [];
    const confirm = async (question: string) => asked.push(question) > 0;
    const given = params({ confirm });
    const done = (await overwriteCollection(to, given)) as OverwriteSummary;
    expect(asked).toEqual([
      `Replace docs (now docs__1), 30 points, by the 40 of ${file}? A backup is made in ${given.backupRoot}. What is there now is kept.`,
    ]);
    expect(done).toMatchObject({
      collection: 'docs__2',
      kept: 'docs__1',
      pointsBefore: 30,
      pointsAfter: 40,
      read: 40,
      rejected: 0,
      schemaChanges: [],
      notTaken: [],
      backup: { points: 30, consistency: 'scroll' },
      selfRetrieval: { searches: 40, found: 40 },
      meanwhile: { inserted: 0, changed: 0, deleted: 0, isQuiet: true },
      late: { isQuiet: true },
      gap: null,
      otherAliases: ['prod'],
    });
    expect((await verifyBackup(done.backup!.folder)).problems).toEqual([]);
    await expectNew(to);
    expect(await physicalOf(to, 'prod')).toBe('docs__1');
    const { config, payload_schema: indexes } = await readCollectionInfo(to, 'docs');
    expect(config).toMatchObject({
      hnsw_config: { m: 24 },
      metadata: { owner: 'team', [cardKey]: { description: 'old' } },
    });
    expect(Object.keys(indexes)).toEqual(['source_path']);
    expect(await readTransferMark(to, 'docs__2')).toMatchObject({
      state: 'live',
      command: 'upload',
      replaced: 'docs__1',
    });
    expect(await readTransferMark(to, 'docs__1')).toMatchObject({ state: 'kept', kept: { points: 30, by: 'docs__2' } });
    const env = { QDX_URL: server.url };
    expect(await runQdx(['rollback', 'docs', '--yes'], { env })).toMatchObject({ exitCode: 0 });
    await expectOld(to);
  });

  test('a name that leads nowhere is a plain upload; a dry run changes nothing', async () => {
    expect(await overwriteCollection(to, params())).toMatchObject({ overwritten: false, created: true });
    await removeAll(to);
    await createOld(to);
    const dry = await overwriteCollection(to, params({ upload: { dryRun: true } }));
    expect(dry).toMatchObject({ overwritten: true, dryRun: true, collection: 'docs__2', kept: null });
    await expectOld(to);
    expect(await listCollections(to)).toHaveLength(1);
  });

  test('a collection that something else made, without terms: those of the file are kept', async () => {
    await createOld(to, { card: null, terms: false });
    await to.request('PUT', '/collections/docs__1/points', {
      query: { wait: true },
      body: { points: [{ id: 1, vector: { dense: [1, 2, 3, 4] } }] },
    });
    const vectors = { bm25: { indices: [1], values: [1] } };
    const lines = records(40, 'new').map((each) => ({ ...each, vectors }));
    const withTerms = await write(lines, { lexical: defaultLexical });
    const done = await overwriteCollection(to, params({ open: allOpen, upload: { paths: [withTerms] } }));
    expect(done).toMatchObject({ pointsAfter: 40, schemaChanges: [] });
    const filter = { must: [{ has_vector: 'bm25' }] };
    expect(await countPoints(to, 'docs', { filter })).toBe(40);
    expect((await readCollectionInfo(to, 'docs')).config.params.sparse_vectors).toEqual({ bm25: { modifier: 'idf' } });
  });

  test('duplicates and rejects: what counts is compared, the rest is named', async () => {
    await createOld(to);
    const lines = await write([
      ...records(30, 'first'),
      record(31, { vector: Float32Array.of(0, 0, 0, 0) }),
      ...records(3, 'last'),
    ]);
    const rejectsPath = join(temporaryFolder(), 'rejects.jsonl');
    const settings = testSettings({ upload: { onDuplicate: 'last' } });
    const done = await overwriteCollection(to, params({ upload: { paths: [lines], settings, rejectsPath } }));
    expect(done).toMatchObject({ read: 34, points: 30, duplicates: 3, rejected: 1, pointsAfter: 30 });
    expect((await textsOf(to, 'docs')).get(2)).toBe('last 2');
    expect(readFileSync(rejectsPath, 'utf8').trim().split('\n')).toHaveLength(1);
  });
});

describe('guards', () => {
  const cases: [string, () => Promise<unknown>, object, string, string][] = [
    [
      'F17: fewer than half',
      () => createOld(to),
      { count: 4 },
      'it would lose more than half of its points (30 now, 4 then)',
      '--allow-shrink',
    ],
    ['F16: none at all', () => createOld(to), { count: 0 }, 'it would become empty (30 points now)', '--allow-empty'],
    [
      'F18: another distance',
      () => createOld(to),
      { distance: 'Dot' },
      'its schema would change (vectors.dense.distance: "Cosine" -> "Dot")',
      '--allow-schema-change',
    ],
    [
      'F19: same dimension, another prefix',
      () => createOld(to, { card: { model: modelCard({ documentPrefix: 'passage: ' }) } }),
      {},
      'another vector space (documentPrefix',
      '--allow-model-change',
    ],
    [
      'F19: no card',
      () => createOld(to, { card: null }),
      {},
      'the model of its points is not known',
      '--allow-model-change',
    ],
    ['a plain collection', () => createOld(to, { plain: true }), {}, 'it is copied and deleted', '--allow-gap'],
    [
      'F15: an alias of another version',
      async () => {
        await createOld(to);
        await alias(to, 'prod', 'docs__1');
      },
      { collection: 'prod' },
      'it leads to docs__1, which is called otherwise',
      '--confirm docs__1',
    ],
  ];

  test.each(cases)('%s', async (_title, create, input, reason, flag) => {
    await create();
    const {
      count = 40,
      distance,
      collection = 'docs',
    } = input as { count?: number; distance?: string; collection?: string };
    const path = count === 40 ? file : await write(records(count, 'new'));
    const settings = testSettings(distance ? { vector: { distance } } : {});
    const upload = { paths: [path], settings, collection };
    await expect(overwriteCollection(to, params({ upload }))).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(reason) as string,
      hint: `nothing was changed; if it is meant: add ${flag} --yes`,
    });
    await expect(overwriteCollection(to, params({ upload: { ...upload, dryRun: true } }))).rejects.toMatchObject({
      kind: 'refused',
    });
    expect(await listCollections(to)).toHaveLength(1);
    const open = { ...allOpen, confirmedName: 'docs__1' };
    expect(await overwriteCollection(to, params({ upload, open }))).toMatchObject({ pointsAfter: count });
    expect(await textsOf(to, collection)).toHaveProperty('size', count);
  });

  test('all that are missing are named at once; a terminal asks for each', async () => {
    await createOld(to, { size: 3, card: { model: modelCard({ dimension: 3 }) } });
    await to.request('PUT', '/collections/docs__1/points', {
      query: { wait: true },
      body: { points: Array.from({ length: 90 }, (_, id) => ({ id, vector: { dense: [1, 2, id] } })) },
    });
    await expect(overwriteCollection(to, params())).rejects.toMatchObject({
      hint: 'nothing was changed; if it is meant: add --allow-shrink --allow-model-change --allow-schema-change --yes',
    });
    const asked: string[] = [];
    const answers = ['y', 'yes', 'n'];
    const ask = async (question: string) => answers[asked.push(question) - 1] ?? null;
    await expect(overwriteCollection(to, params({ ask }))).rejects.toMatchObject({ kind: 'refused' });
    expect(asked).toHaveLength(3);
    answers[2] = 'y';
    asked.length = 0;
    expect(await overwriteCollection(to, params({ ask }))).toMatchObject({
      schemaChanges: ['vectors.dense.size: 3 -> 4'],
      late: null,
    });
    await expectNew(to);
  });

  test('a version is not overwritten under its own name; no is no; F14: not beside another run; F25: not by half a file', async () => {
    await createOld(to);
    const before = await listCollections(to);
    const rejected = async (change: Parameters<typeof params>[0]) =>
      overwriteCollection(to, params(change)).then(
        () => null,
        (error: { kind: string; message: string }) => [error.kind, error.message],
      );
    expect(await rejected({ upload: { collection: 'docs__1' } })).toEqual([
      'refused',
      'docs__1 is a version of docs, which leads to it: name docs',
    ]);
    expect(await rejected({ confirm: async () => false })).toEqual([
      'refused',
      expect.stringMatching(/would be replaced by the 40 of .*, and that was not confirmed$/u),
    ]);
    const half = join(temporaryFolder(), 'half.jsonl');
    writeFileSync(half, readFileSync(file, 'utf8').split('\n').slice(0, 20).join('\n'));
    expect(await rejected({ upload: { paths: [half] } })).toEqual([
      'verification',
      expect.stringContaining('has no footer'),
    ]);
    const lock = await acquireWriterLock(to, { target: 'docs', runId: 'other', owner: lockOwner('qdx embed -c docs') });
    expect(await rejected({})).toEqual(['locked', expect.stringContaining('"qdx embed -c docs"')]);
    await lock.release();
    expect(await listCollections(to)).toEqual(before);
    await expectOld(to);
  });
});

describe('the command', () => {
  const env = () => ({ QDX_URL: server.url });

  test('says what it did; refuses unattended; its flags need --force; typed again it does nothing', async () => {
    await createOld(to);
    const args = ['upload', file, '-c', 'docs'];
    expect(await runQdx([...args, '--allow-empty'], { env: env() })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--allow-empty belongs to --force') as string,
    });
    const refused = await runQdx([...args, '--force'], { env: env() });
    expect([refused.exitCode, refused.stdout]).toEqual([8, '']);
    const { stdout, exitCode, home } = await runQdx([...args, '--force', '--yes'], { env: env() });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^docs -> docs__2: 30 points before, 40 of the file, each compared with the file \(.*\)\nread 40 = 40 points \+ 0 duplicates \+ 0 rejected\n40 of 40 sampled points are found by their own vectors\nbackup, read back: .*\ndocs__1 is kept; back to it: qdx rollback docs\n$/u,
    );
    expect(readdirSync(join(home, 'data', 'qdx', 'backups'))).toHaveLength(1);
    const again = await runQdx([...args, '--force'], { env: env() });
    expect(again.stdout).toBe(
      'docs holds the 40 points of the file already, each compared with it: nothing was done\n' +
        'read 40 = 40 points + 0 duplicates + 0 rejected\n',
    );
    expect(again.exitCode).toBe(0);
    expect(await physicalOf(to, 'docs')).toBe('docs__2');
    const body = { payload: { content: 'changed' }, filter: {} };
    await to.request('POST', '/collections/docs/points/payload', { query: { wait: true }, body });
    expect(await overwriteCollection(to, params())).toMatchObject({ collection: 'docs__3', isUnchanged: false });
  });

  test.runIf(hasScript)('on a terminal it asks, guard by guard', async () => {
    await createOld(to);
    const path = await write(records(4, 'new'));
    const when = 'Go on? [y/N]';
    const args = ['upload', path, '-c', 'docs', '--force', '--no-backup'];
    const run = await qdxOnTerminal(args, { env: env(), input: 'y\ny\n', when });
    expect(run.shown).toContain('docs: it would lose more than half of its points (30 now, 4 then). Go on? [y/N]');
    expect(run).toMatchObject({ exitCode: 0 });
    expect(await textsOf(to, 'docs')).toHaveProperty('size', 4);
  });
});
