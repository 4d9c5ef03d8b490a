/**
 * The line to the server, in every transfer: broken at every tenth of what goes through it, and the server killed in the middle.
 * Either it is done, and right; or it fails and says so, what was there is intact, and the same command finishes it.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isQdxError } from '../../../src/lib/errors.ts';
import type { QdxEvent, RunOptions } from '../../../src/lib/events.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { verifyBackup } from '../../../src/core/transfer/backup-folder/verify-backup.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { migrate } from '../../../src/core/transfer/migrate.ts';
import { restore } from '../../../src/core/transfer/restore.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { startTcpProxy, type TcpProxy } from '../../helpers/tcp-proxy.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { linesOn, migrateParams, pointAliases } from '../migrate/support.ts';
import { linesOf, paramsFor } from './backup-support.ts';
import { createNastyCollection } from './nasty-collection.ts';

const points = 160;
let server: RunningQdrant;
/** Outlives a restart of the server. */
let steady: Connection;
let proxy: TcpProxy;
/** Through the proxy; never tries again. */
let once: Connection;
let backup: string;
let expected: string[];

beforeAll(async () => {
  server = await startQdrant();
  steady = connectTo(server, { retries: 20 });
  proxy = await startTcpProxy(server.url);
  once = connectTo({ url: proxy.url, apiKey: undefined }, { retries: 0 });
  await createNastyCollection(steady, 'docs__1', points);
  await pointAliases(steady, ['docs'], 'docs__1');
  backup = join(temporaryFolder(), 'backup');
  await backUp(steady, paramsFor(backup));
  expected = linesOf(join(backup, '001-docs__1'));
});

afterAll(async () => {
  await proxy.close();
  await server.kill();
});

interface Transfer {
  /** The same call twice is the same command twice. */
  readonly run: (connection: Connection, name: string, run?: RunOptions) => Promise<unknown>;
  /** The points that are there under the name; null: nothing that anybody could take for them. */
  readonly found: (name: string) => Promise<readonly string[] | null>;
  /** A step in the middle. */
  readonly middle: string;
}

const folders = new Map<string, string>();
const folderOf = (name: string): string => {
  const folder = folders.get(name) ?? join(temporaryFolder(), name);
  folders.set(name, folder);
  return folder;
};

const behindName = async (name: string): Promise<readonly string[] | null> => {
  const listed = await listCollections(steady);
  return listed.some(({ aliases }) => aliases.includes(name)) ? linesOn(steady, name) : null;
};

/** A server with many collections is slow to start. */
async function dropVersions(name: string): Promise<void> {
  const listed = await listCollections(steady);
  for (const { physical } of listed.filter(({ physical: each }) => each.startsWith(`${name}__`)))
    await steady.request('DELETE', `/collections/${physical}`);
}

const owner = lockOwner('test');
const scratchFolder = temporaryFolder();
const guards = {
  allowEmpty: false,
  allowGap: false,
  allowShrink: false,
  breakLock: true,
  owner,
  confirm: async () => true,
  confirmed: [],
  ask: async () => null,
};

const transfers: Readonly<Record<string, Transfer>> = {
  backup: {
    run: (connection, name, run) => backUp(connection, paramsFor(folderOf(name), { secondScan: false }), run),
    found: async (name) => {
      const isWhole = await verifyBackup(folderOf(name)).then(
        ({ problems }) => problems.length === 0,
        () => false,
      );
      return isWhole ? linesOf(join(folderOf(name), '001-docs__1')) : null;
    },
    middle: 'backup.part-noted',
  },
  restore: {
    run: (connection, as, run) => {
      const speed = { batchSize: 16, parallel: 2, waitForIndex: false, scratchFolder: temporaryFolder() };
      return restore(connection, { folder: backup, select: [], as, dryRun: false, ...speed, ...guards }, run);
    },
    found: behindName,
    middle: 'restore.batch-loaded',
  },
  migrate: {
    run: (connection, target, run) => {
      const params = migrateParams({ target, scratchFolder, batchSize: 16, ...guards });
      return migrate({ from: connection, to: connection }, params, run);
    },
    found: behindName,
    middle: 'migrate.batch-loaded',
  },
};

interface Outcome {
  readonly failure: unknown;
  /** Behind the name after it. */
  readonly there: readonly string[] | 'nothing';
  /** After the same command once more, for those where that was tried. */
  readonly finally: readonly string[] | 'nothing' | null;
}

describe.each(Object.entries(transfers))('%s', (title, { run, found, middle }) => {
  test('F7: the server is killed and restarted in the middle: it waits, and is right', async () => {
    let restarted: Promise<void> | undefined;
    const onEvent = (event: QdxEvent) => {
      if (event.type === 'step' && event.name === middle) restarted ??= server.restart();
    };
    await run(steady, `${title}-restart`, { onEvent });
    expect(restarted).toBeDefined();
    await restarted;
    expect(await found(`${title}-restart`)).toEqual(expected);
  });

  test('the line breaks at every tenth of the way: never a wrong success', async () => {
    const before = proxy.bytes;
    await run(once, `${title}-whole`);
    const total = proxy.bytes - before;
    const outcomes: Outcome[] = [];
    for (let tenth = 1; tenth <= 9; tenth++) {
      const name = `${title}-${tenth}`;
      proxy.breakAfter((total * tenth) / 10);
      const failure = await run(once, name).then(
        () => 'done',
        (error: unknown) => (isQdxError(error) ? error.kind : error),
      );
      proxy.heal();
      const there = (await found(name)) ?? 'nothing';
      // The first, fifth and ninth are taken up, so that all of them are within the time of a test.
      if (failure !== 'done' && tenth % 4 === 1) await run(once, name);
      outcomes.push({ failure, there, finally: tenth % 4 === 1 ? await found(name) : there });
      await dropVersions(name);
    }
    const failed = outcomes.filter(({ failure }) => failure !== 'done');
    expect(failed.length).toBeGreaterThanOrEqual(6);
    expect(new Set(failed.map(({ failure }) => failure))).toEqual(new Set(['temporary']));
    // An answer to the switch that was lost: it is done, though that could not be told.
    const whole = [...outcomes.map(({ there }) => there), ...outcomes.map((outcome) => outcome.finally)];
    expect(whole.filter((each) => each !== 'nothing' && each?.join('\n') !== expected.join('\n'))).toEqual([]);
    expect(outcomes.filter(({ failure, there }) => failure === 'done' && there === 'nothing')).toEqual([]);
    expect([0, 4, 8].map((index) => outcomes[index]!.finally)).toEqual([expected, expected, expected]);
  });
});
