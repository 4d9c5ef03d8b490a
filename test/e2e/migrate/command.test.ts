/**
 * `qdx migrate` as a user types it: plans, layouts, several collections, keys, snapshots.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { listSnapshots } from '../../../src/core/qdrant/snapshots.ts';
import { describeCollection } from '../../../src/core/transfer/collection/collection-description.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { createNastyCollection } from '../transfer/nasty-collection.ts';
import { createSmall, dropAll, linesOn, pointAliases } from './support.ts';

let source: RunningQdrant;
let target: RunningQdrant;
let from: Connection;
let to: Connection;
let keyFile: string;

beforeAll(async () => {
  [source, target] = await Promise.all([startQdrant(), startQdrant({ apiKey: 'the-target-key' })]);
  [from, to] = [connectTo(source), connectTo(target)];
  await createNastyCollection(from, 'docs__2', 200);
  await pointAliases(from, ['docs'], 'docs__2');
  await createSmall(from, 'docs__1', 5);
  await createSmall(from, 'plain', 20);
  keyFile = join(temporaryHome(), 'key.txt');
  writeFileSync(keyFile, 'the-target-key\n');
});

beforeEach(async () => dropAll(to));

afterAll(async () => Promise.all([source.kill(), target.kill()]));

const run = (args: readonly string[], options: Parameters<typeof runQdx>[1] = {}) =>
  runQdx(['migrate', ...args], {
    ...options,
    env: { QDX_URL: source.url, QDX_API_KEY: 'of-the-source', ...options.env },
  });

const away = () => ['--to-url', target.url, '--to-api-key-file', keyFile];

describe('one collection', () => {
  test('--plan says what would be done, by which figures, and changes nothing', async () => {
    const { stdout, exitCode } = await run(['docs', 'copy', ...away(), '--shard-number', '3', '--plan']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^source +docs__2 on http.*: 200 points$/m);
    expect(stdout).toMatch(/^target +copy__1 on http.*, named copy$/m);
    expect(stdout).toMatch(/^changed +config\.params\.shard_number: 2 -> 3$/m);
    expect(stdout).toMatch(/bytes a point\) at .*\/s, measured now: read 4 times, written once at 1\/1\.4 of that$/m);
    expect(stdout).toMatch(/^nothing was changed \(--plan\)$/m);
    expect(await listCollections(to)).toEqual([]);
    expect((await to.request<{ collections: unknown[] }>('GET', '/collections')).collections).toEqual([]);
  });

  test('to a server with a key of its own; the settings’ key stays with the settings’ server; typed again it does nothing', async () => {
    const args = ['docs', ...away(), '--quantization', 'binary', '--hnsw-m', '12', '--yes', '--json', '--no-wait'];
    const { stdout, stderr, exitCode } = await run(args);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      way: 'copy',
      points: 200,
      isReadBack: true,
      target: { collection: 'docs__1', aliases: ['docs'] },
    });
    const { config } = await describeCollection(to, { physical: 'docs__1', aliases: [] });
    expect(config).toMatchObject({ hnsw_config: { m: 12 }, quantization_config: { binary: { always_ram: true } } });
    expect(await linesOn(to, 'docs')).toEqual(await linesOn(from, 'docs'));
    const without = await run(['docs', '--to-url', target.url, '--yes']);
    expect(without).toMatchObject({ exitCode: 7 });
    expect(without.stderr + stderr).not.toContain('the-target-key');
    const again = await run(args.filter((arg) => arg !== '--yes'));
    expect(again).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(again.stdout)).toEqual({
      schemaVersion: 1,
      status: 'unchanged',
      reason:
        'docs leads to docs__1 already, which an earlier run made of docs__2: its 200 points are what this one would make',
      collection: 'docs__1',
      hint: 'to make it anew all the same: add --restart',
    });
    expect(await listCollections(to)).toEqual([{ physical: 'docs__1', aliases: ['docs'] }]);
    const payload = { payload: { changed: true }, filter: {} };
    await to.request('POST', '/collections/docs/points/payload', { query: { wait: true }, body: payload });
    const anew = await run(args);
    expect(JSON.parse(anew.stdout)).toMatchObject({ target: { collection: 'docs__2' }, replaced: ['docs__1'] });
  });

  test('a layout that is so already: nothing is done, and that is no failure; nothing asked for is one', async () => {
    const so = await run(['docs', '--shard-number', '2']);
    expect(so).toMatchObject({ exitCode: 0 });
    expect(so.stdout).toBe('docs (docs__2) is laid out as was asked for already; nothing was changed\n');
    expect(await run(['docs', '--yes'])).toMatchObject({ exitCode: 2 });
  });

  test('--no-verify says loudly that nothing was read back', async () => {
    const { stdout, exitCode } = await run(['docs', ...away(), '--yes', '--no-verify', '--no-wait']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('NOT VERIFIED (--no-verify): the points were counted, none was read back');
  });

  test('unattended, what is in use is not replaced without --yes', async () => {
    await createSmall(to, 'copy__1', 10);
    await pointAliases(to, ['copy'], 'copy__1');
    const refused = await run(['docs', 'copy', ...away()]);
    expect(refused).toMatchObject({ exitCode: 8 });
    expect(refused.stderr).toContain(
      'copy (now copy__1, 10 points; then 200) would be replaced, and that was not confirmed',
    );
    expect(refused.stderr).toContain('add --yes, or name another target: qdx migrate docs <other name>');
    expect(await listCollections(to)).toEqual([{ physical: 'copy__1', aliases: ['copy'] }]);
  });

  test('F15: a name that leads to a collection called otherwise: that one has to be named, --yes is not enough', async () => {
    await createSmall(to, 'elsewhere', 10);
    await pointAliases(to, ['copy'], 'elsewhere');
    const args = ['docs', 'copy', ...away(), '--yes', '--no-wait'];
    const refused = await run(args);
    expect(refused).toMatchObject({ exitCode: 8 });
    expect(refused.stderr).toContain('copy leads to elsewhere, which is called otherwise');
    expect(refused.stderr).toContain('if it is meant: add --confirm elsewhere --yes');
    expect((await run([...args, '--plan'])).stdout).toMatch(/^needs +--confirm elsewhere --yes \(/m);
    expect(await run([...args, '--confirm', 'copy'])).toMatchObject({ exitCode: 8 });
    expect(await listCollections(to)).toEqual([{ physical: 'elsewhere', aliases: ['copy'] }]);
    expect(await run([...args, '--confirm', 'elsewhere'])).toMatchObject({ exitCode: 0 });
    expect(await listCollections(to)).toEqual([
      { physical: 'copy__1', aliases: ['copy'] },
      { physical: 'elsewhere', aliases: [] },
    ]);
  });
});

describe('--via snapshot', () => {
  const shardSnapshots = async () => {
    const each = [0, 1].map(async (shard) => listSnapshots(from, { physical: 'docs__2', shard }, {}));
    return (await Promise.all(each)).flat();
  };

  test('ships Qdrant’s own snapshot, compares every point, and removes it from the source', async () => {
    const { stdout, exitCode } = await run(['docs', ...away(), '--via', 'snapshot', '--yes', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      way: 'snapshot',
      points: 200,
      pointsKept: 200,
      isReadBack: true,
      notAsPlanned: [],
    });
    expect(await linesOn(to, 'docs')).toEqual(await linesOn(from, 'docs'));
    expect(await shardSnapshots()).toEqual([]);
  });

  test('killed before it was recovered: the next run removes the snapshot of the first, and finishes', async () => {
    const args = ['docs', ...away(), '--via', 'snapshot', '--yes', '--break-lock'];
    const env = { QDX_HOLD_AT_STEP: 'migrate.snapshot-made' };
    expect(await run(args, { env, killSignal: 'SIGKILL', killWhen: /held at/ })).toMatchObject({ exitCode: 137 });
    expect(await shardSnapshots()).toHaveLength(2);
    expect(await run(args)).toMatchObject({ exitCode: 0 });
    expect(await shardSnapshots()).toEqual([]);
    expect(await linesOn(to, 'docs')).toEqual(await linesOn(from, 'docs'));
  });

  test('is refused where the layout shall be another', async () => {
    const refused = await run(['docs', ...away(), '--via', 'snapshot', '--shard-number', '3', '--yes']);
    expect(refused).toMatchObject({ exitCode: 8 });
    expect(refused.stderr).toContain(
      'a snapshot brings its layout along: config.params.shard_number: expected 2, got 3',
    );
  });
});

describe('several collections', () => {
  test('--all: each on its own, a table; one that fails keeps none of the others back, and the exit code is 3', async () => {
    await createSmall(to, 'plain', 1);
    const { stdout, stderr, exitCode } = await run(['--all', ...away(), '--yes', '--no-wait']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('docs__1 is left out: it is another version of docs');
    expect(stdout).toMatch(/^docs +done +200 +\S+ s +docs__1$/m);
    expect(stdout).toMatch(/^plain +failed +plain is a collection of its own/m);
    expect(stdout).toContain('1 of 2 collections migrated');
    expect(await listCollections(to)).toEqual([
      { physical: 'docs__1', aliases: ['docs'] },
      { physical: 'plain', aliases: [] },
    ]);
  });

  test('by a pattern, and by the entries of the project file', async () => {
    const pattern = await run(['pl*', ...away(), '--yes', '--json', '--no-wait']);
    expect(JSON.parse(pattern.stdout)).toMatchObject({ failed: 0, collections: [{ name: 'plain', status: 'done' }] });
    const home = temporaryHome();
    const collections = { docs: {}, gone: {}, docs__2: {} };
    mkdirSync(join(home, 'work'), { recursive: true });
    writeFileSync(join(home, 'work', 'qdx.config.json'), JSON.stringify({ collections }));
    const configured = await run(['--configured', ...away(), '--plan', '--json'], { home });
    expect(configured.stderr).toContain('gone stands in the settings, and is not on');
    expect(configured.stderr).toContain('docs__2 is docs as well');
    expect(JSON.parse(configured.stdout)).toMatchObject({ collections: [{ name: 'docs', result: { way: 'copy' } }] });
  });

  test.each([
    ['a pattern that matches nothing', ['none*'], 6, /no collection on .* matches "none\*"/],
    ['nothing named', [], 2, /which collection\? none was named/],
    ['two ways at once', ['docs', '--all'], 2, /name collections in one way only/],
    ['a target for a pattern', ['d*', 'copy'], 2, /d\* may be several collections, and copy is one name/],
  ])('%s', async (_title, args, exitCode, message) => {
    const refused = await run([...args, ...away()]);
    expect(refused).toMatchObject({ exitCode });
    expect(refused.stderr).toMatch(message);
  });
});
