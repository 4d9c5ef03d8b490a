/**
 * Stopped anywhere and run again, an embedding run ends as one that was not stopped: ids, payloads, vectors.
 */
import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { connectTo } from '../../helpers/connection.ts';
import { contentsOf, corpusFolder, manyFiles, runEmbed, sectionText, writeFiles } from '../../helpers/embed-corpus.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { type RunQdxOptions, temporaryHome } from '../../helpers/run-qdx.ts';
import { startTcpProxy } from '../../helpers/tcp-proxy.ts';

let server: RunningQdrant;
let connection: Connection;
let number = 0;
let name = '';
let home = '';
let whole: Map<string, string>;
const files = manyFiles(6, 8);
const folder = corpusFolder(files);
/** Its cache has all vectors of the folder. */
const warm = temporaryHome();

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  await runEmbed(server, ['-c', 'whole', folder], { home: warm });
  whole = await contentsOf(connection, 'whole');
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});
beforeEach(() => {
  name = `c${++number}`;
  home = temporaryHome();
});

const embed = (options: RunQdxOptions = {}, ...args: string[]) =>
  runEmbed(server, ['-c', name, folder, '--batch-size', '8', ...args], { home, ...options });

describe('kill -9 and the same command again', () => {
  test.each([
    ['while the corpus is read', /reading: \d/, 0],
    ['at the first vector', /embedding: 1 of/, 0],
    ['in the middle of embedding: what was embedded is not embedded again', /embedding: 2\d of/, 20],
  ])('%s', async (_title, killWhen, leastKept) => {
    const killed = await embed({ killSignal: 'SIGKILL', killWhen });
    expect([137, 0]).toContain(killed.exitCode);
    const { summary } = await embed();
    expect(summary.chunks).toBe(summary.unchanged + summary.cached + summary.embedded);
    expect(summary.unchanged + summary.cached).toBeGreaterThanOrEqual(leastKept);
    expect(await contentsOf(connection, name)).toEqual(whole);
  });

  test.each([
    ['at the first batch', { killWhen: /uploading: \d/ }],
    ['at the last batch, before anything was read back', { killWhen: /uploading: .* in / }],
  ])('with all vectors in the cache, %s', async (_title, kill) => {
    await embed({ killSignal: 'SIGKILL', ...kill, home: warm });
    expect((await embed({ home: warm })).summary.totalChunks).toBe(whole.size);
    expect(await contentsOf(connection, name)).toEqual(whole);
  });

  test.each([
    ['while the new chunks are embedded', { killWhen: /embedding: \d/ }],
    ['before the old points are removed', { killWhen: /uploading: .* in / }],
  ])('of an update, %s', async (_title, kill) => {
    const own = corpusFolder(files);
    const update = (options: RunQdxOptions = {}) => runEmbed(server, ['-c', name, own], { home: warm, ...options });
    expect((await update()).summary.totalChunks).toBe(whole.size);
    for (const page of [0, 2, 4])
      writeFiles(own, { [`guides/page-${page}.md`]: `# New ${name}\n\n${sectionText(700 + page)}` });
    await update({ killSignal: 'SIGKILL', ...kill });
    expect((await update()).summary.totalChunks).toBeGreaterThan(20);
    await runEmbed(server, ['-c', `${name}-afresh`, own], { home: warm });
    expect(await contentsOf(connection, name)).toEqual(await contentsOf(connection, `${name}-afresh`));
  });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('F5: %s ends after what is on its way, and the same command goes on', async (killSignal, exitCode) => {
  // A point at a time on a slow line: it is in the middle when the signal comes, however fast the machine is.
  const slow = await startTcpProxy(server.url, { delayMs: 100 });
  const args = ['-c', name, folder, '--batch-size', '1'];
  const stopped = await runEmbed(slow, args, { home, killSignal, killWhen: /embedding: \d+ of/ });
  await slow.close();
  expect(stopped.exitCode).toBe(exitCode);
  expect(stopped.stderr).toContain('what is done is kept');
  expect(stopped.stderr).not.toMatch(/^\s+at /m);
  const told = [...stopped.stderr.matchAll(/embedding: (\d+) of/gu)].map(([, done]) => Number(done));
  const { summary } = await embed();
  expect(summary.unchanged + summary.cached).toBeGreaterThanOrEqual(Math.max(1, ...told));
  expect(await contentsOf(connection, name)).toEqual(whole);
});

test('F7: the server goes away for good in the middle: exit 5 with one sentence; when it is back, the run completes', async () => {
  const own = await startQdrant();
  const env = { QDX_RETRIES: '1', QDX_RETRY_DEADLINE_MS: '1000' };
  let killed: Promise<unknown> | undefined;
  const slow = await startTcpProxy(own.url, { delayMs: 100 });
  // The proxy goes with the server, so that the connection is refused.
  const run = () => void (killed = Promise.all([own.kill(), slow.close()]));
  const inTheMiddle = { says: /embedding: \d+ of/, run };
  const broken = await runEmbed(slow, ['-c', name, folder, '--batch-size', '1'], { home, env, when: inTheMiddle });
  await killed;
  expect(broken.exitCode).toBe(5);
  expect(broken.stderr.split('up to 1 s')).toHaveLength(2);
  expect(broken.stderr).toMatch(new RegExp(`${slow.url} went away in the middle.*\n.*it goes on where it was`, 'u'));
  expect(broken.stderr).not.toMatch(/^\s+at /m);
  await own.restart();
  const again = await runEmbed(own, ['-c', name, folder, '--batch-size', '8'], { home });
  expect(again.summary.chunks).toBe(whole.size);
  const line = connectTo(own);
  expect(await contentsOf(line, name)).toEqual(whole);
  await line.close();
  await own.stop();
});

test('F7: Ctrl-C ends the wait for a server that went away', async () => {
  const slow = await startTcpProxy(server.url, { delayMs: 100 });
  let closed: Promise<void> | undefined;
  const options = {
    home,
    env: { QDX_RETRY_DEADLINE_MS: '3600000' },
    when: { says: /embedding: \d+ of/, run: () => void (closed = slow.close()) },
    killSignal: 'SIGINT',
    killWhen: /waiting for .* to come back, up to 3600 s/,
  } as const;
  const stopped = await runEmbed(slow, ['-c', name, folder, '--batch-size', '1'], options);
  await closed;
  expect(stopped.exitCode).toBe(130);
});

test('F14: a second run on the same collection ends with 10 and names the first one; another shard of its run does not', async () => {
  // It has the lock when it reads; stopped there it is still running when the others come and go.
  let when: RunQdxOptions['when'];
  const stopped = new Promise<ChildProcess>((resolve) => {
    when = { says: /reading: /, run: (child) => child.kill('SIGSTOP') && resolve(child) };
  });
  const home = warm;
  const first = runEmbed(server, ['-c', name, folder, '--shard', '1/2', '--run', 'r1'], {
    home,
    ...(when && { when }),
  });
  const process = await stopped;
  const [second, sibling] = await Promise.all([
    runEmbed(server, ['-c', name, folder], { home }),
    runEmbed(server, ['-c', name, folder, '--shard', '2/2', '--run', 'r1'], { home }),
  ]);
  expect(second.exitCode).toBe(10);
  expect(second.stderr).toMatch(/qdx embed/);
  expect(sibling.exitCode).toBe(0);
  process.kill('SIGCONT');
  expect((await first).exitCode).toBe(0);
  expect(await contentsOf(connection, name)).toEqual(whole);
});
