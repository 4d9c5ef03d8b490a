/**
 * `qdx upload --force` over a line that breaks at every tenth of what goes through it, and with the server killed in the middle of each of
 * its parts: the collection is as it was or as the file is, and the same command ends it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isQdxError } from '../../../src/lib/errors.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { overwriteCollection } from '../../../src/core/transfer/overwrite.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { startTcpProxy, type TcpProxy } from '../../helpers/tcp-proxy.ts';
import { removeAll } from '../versions/support.ts';
import { allOpen, createOld, expectNew, newFile, paramsFor, textsOf, upsert } from './force-support.ts';

let server: RunningQdrant;
/** Outlives a restart of the server. */
let steady: Connection;
let proxy: TcpProxy;
/** Through the proxy; never tries again. */
let once: Connection;
let file: string;

beforeAll(async () => {
  server = await startQdrant();
  steady = connectTo(server, { retries: 20 });
  proxy = await startTcpProxy(server.url);
  once = connectTo({ url: proxy.url, apiKey: undefined }, { retries: 0 });
  file = await newFile();
});
beforeEach(() => removeAll(steady));
afterAll(async () => {
  await proxy.close();
  await server.kill();
});

const params = () => paramsFor(file, { open: allOpen, upload: { breakLock: true } });

/** `old`, `new`, or what else lies behind the name. */
async function whatLiesThere(): Promise<string> {
  const texts = await textsOf(steady, 'docs');
  const first = (text: string | undefined) => text?.split(' ')[0] ?? 'none';
  const kinds = new Set([...texts.values()].map(first));
  const [kind] = kinds;
  const isWhole = kinds.size === 1 && texts.size === (kind === 'new' ? 40 : 30);
  return isWhole ? (kind ?? '') : `${texts.size} points of ${[...kinds].join(' and ')}`;
}

test('the line breaks at every tenth of the way: old or new, never a wrong success, and the same command ends it', async () => {
  await createOld(steady);
  const before = proxy.bytes;
  await overwriteCollection(once, params());
  const total = proxy.bytes - before;
  const outcomes: [string, string, string][] = [];
  for (let tenth = 1; tenth <= 9; tenth++) {
    await removeAll(steady);
    await createOld(steady);
    const given = params();
    proxy.breakAfter((total * tenth) / 10);
    const outcome = await overwriteCollection(once, given).then(
      () => 'done',
      (error: unknown) => (isQdxError(error) ? error.kind : String(error)),
    );
    proxy.heal();
    const there = await whatLiesThere();
    // The first, fifth and ninth are taken up, so that all of them are within the time of a test.
    const isTakenUp = tenth % 4 === 1;
    if (outcome !== 'done' && isTakenUp) await overwriteCollection(once, given);
    outcomes.push([outcome, there, isTakenUp ? await whatLiesThere() : 'new']);
  }
  expect(new Set(outcomes.map(([outcome]) => outcome)).has('temporary')).toBe(true);
  const isRight = ([outcome, there, afterwards]: (typeof outcomes)[number]): boolean =>
    (outcome === 'done' ? there === 'new' : outcome === 'temporary' && ['old', 'new'].includes(there)) &&
    afterwards === 'new';
  expect(outcomes.filter((each) => !isRight(each))).toEqual([]);
});

describe('F7: the server is killed and restarted', () => {
  test.each([
    ['in its own backup', 'backup.part-noted'],
    ['while the staging collection is filled', 'force.created'],
    ['while it is proven', 'force.uploaded'],
    ['before the switch', 'force.proven'],
    ['after the switch', 'force.switched'],
  ])('%s: it waits, and is right', async (_title, step) => {
    await createOld(steady);
    let restarted: Promise<void> | undefined;
    const onEvent = (event: QdxEvent) => {
      if (event.type === 'step' && event.name === step) restarted ??= server.restart();
    };
    expect(await overwriteCollection(steady, params(), { onEvent })).toMatchObject({ overwritten: true });
    expect(restarted).toBeDefined();
    await restarted;
    await expectNew(steady);
    expect((await textsOf(steady, 'docs__1')).size).toBe(30);
  });

  test('a writer throughout: what it was acknowledged is there, whenever that was', async () => {
    await createOld(steady);
    const acknowledged = new Map<number, string>();
    const stop = new AbortController();
    const write = async (): Promise<void> => {
      for (let round = 0; !stop.signal.aborted; round++) {
        const number = 100 + (round % 5);
        await upsert(steady, 'docs', [number], `written ${round}`);
        acknowledged.set(number, `written ${round}`);
        // As long as it goes on, the collection never rests: a few writes around each step.
        if (round % 3 === 2) await resumed();
      }
    };
    let resume = (): void => {};
    const resumed = (): Promise<void> => new Promise((resolve) => (resume = resolve));
    let restarted: Promise<void> | undefined;
    const onEvent = (event: QdxEvent) => {
      if (event.type !== 'step' || !event.name.startsWith('force.')) return;
      if (event.name === 'force.uploaded') restarted ??= server.restart();
      if (event.name !== 'force.marked') resume();
    };
    const writing = write();
    const run = await overwriteCollection(steady, params(), { onEvent }).then(
      () => 'switched',
      (error: unknown) => (isQdxError(error) ? error.kind : String(error)),
    );
    stop.abort();
    resume();
    await writing;
    await restarted;
    expect(['switched', 'verification']).toContain(run);
    const texts = await textsOf(steady, 'docs');
    for (const [number, text] of acknowledged) expect([number, texts.get(number)]).toEqual([number, text]);
    // Nothing was switched, or all of it.
    const ofFile = run === 'switched' ? 'new 1' : 'old';
    expect([texts.get(1), texts.has(40)]).toEqual([ofFile, run === 'switched']);
  });
});
