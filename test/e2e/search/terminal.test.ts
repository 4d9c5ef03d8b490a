/**
 * `qdx search`, `qdx stats` and `qdx collections` on a real terminal: links that open, and nothing hostile that acts.
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringifyJson } from '../../../src/lib/json.ts';
import { hasScript, qdxOnTerminal } from '../../helpers/on-terminal.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { actingCharacters, hostileTexts } from '../../unit/lib/hostile.ts';

const home = temporaryHome();
/** Far from the folder in which the searches run. */
const elsewhere = temporaryFolder('elsewhere');
const notes = join(elsewhere, 'notes');
let server: RunningQdrant;

beforeAll(async () => {
  server = await startQdrant();
  mkdirSync(join(notes, 'a'), { recursive: true });
  writeFileSync(join(notes, 'a', 'tea & cake.md'), '# Tea\n\nBoil water, pour it over the leaves, wait.\n');
  writeFileSync(join(notes, 'cats.csv'), 'text\nKittens sleep most of the day\n');
  const options = { home, env: { QDRANT_URL: server.url } };
  const run = await runQdx(['embed', '-c', 'notes', notes], options);
  if (run.exitCode !== 0) throw new Error(run.stderr);
});
afterAll(() => server.stop());

// eslint-disable-next-line no-control-regex -- the escape sequences of links are what is looked for
const linksOf = (shown: string) => [...shown.matchAll(/\u001B\]8;;([^\u001B]+)\u001B\\/g)].map(([, url]) => url);
const urlOf = (file: string) => pathToFileURL(file).href;

describe.skipIf(!hasScript)('links', () => {
  const search = (options: { env?: Record<string, string>; cwd?: string }, ...args: string[]) =>
    qdxOnTerminal(['search', 'boil water for tea', '-c', 'notes', '-n', '1', '--url', server.url, ...args], {
      home,
      ...options,
    });

  test('the folder that was embedded is remembered: its file, at its line', async () => {
    const { shown, exitCode } = await search({});
    expect(exitCode).toBe(0);
    expect(linksOf(shown)).toEqual([`${urlOf(join(notes, 'a', 'tea & cake.md'))}#L1`]);
  });

  test.each([
    ['beside the folder', () => ({ cwd: elsewhere })],
    ['inside of it', () => ({ cwd: notes })],
  ])('on a machine that did not embed it: found from %s', async (_title, options) => {
    const { shown } = await search({ ...options(), env: { XDG_DATA_HOME: temporaryFolder('other-data') } });
    expect(linksOf(shown)).toEqual([`${urlOf(join(notes, 'a', 'tea & cake.md'))}#L1`]);
  });

  test('found by the folders of the project file', async () => {
    const config = join(temporaryFolder('project'), 'qdx.config.json');
    writeFileSync(config, JSON.stringify({ collections: { notes: { paths: [notes] } } }));
    const { shown } = await search({ env: { XDG_DATA_HOME: temporaryFolder('other-data') } }, '--config', config);
    expect(linksOf(shown)).toEqual([`${urlOf(join(notes, 'a', 'tea & cake.md'))}#L1`]);
  });

  test('a file that is nowhere has no link', async () => {
    const { shown } = await search({
      cwd: temporaryFolder('nowhere'),
      env: { XDG_DATA_HOME: temporaryFolder('other-data') },
    });
    expect(shown).toContain('tea & cake.md:1-3');
    expect(linksOf(shown)).toEqual([]);
  });

  test('a path of a payload that leads out of the folder is not followed', async () => {
    const secret = join(elsewhere, 'secret.md');
    writeFileSync(secret, 'x');
    const filter = { must: [{ key: 'source_path', match: { value: 'a/tea & cake.md' } }] };
    const set = async (path: string) => {
      await fetch(`${server.url}/collections/notes/points/payload?wait=true`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ payload: { source_path: path, source_file: 'tea & cake.md' }, filter }),
      });
    };
    await set('../secret.md');
    const { shown } = await search({});
    expect(shown).toContain('../secret.md:1-3');
    expect(linksOf(shown)).toEqual([]);
    rmSync(secret);
  });
});

const withoutNull = hostileTexts.filter(([, text]) => !text.includes('\u0000'));

/** What qdx itself may send: colour, and links to files. */
const withoutOwn = (shown: string) =>
  shown
    .replaceAll('\r\n', '\n')
    // eslint-disable-next-line no-control-regex -- our own colours
    .replaceAll(/\u001B\[(?:1|2|22|31|32|33|36|39)m/g, '')
    // eslint-disable-next-line no-control-regex -- the progress line that takes itself away
    .replaceAll(/\r?\u001B\[2K/g, '');

// A real server cannot be brought to all of these names and messages: one that answers by hand.
describe.skipIf(!hasScript)('F37: a hostile server is inert on a terminal', () => {
  const answers = (evil: string): Readonly<Record<string, unknown>> => {
    const vectors = { dense: { size: 384, distance: 'Cosine' } };
    const info = {
      status: 'green',
      optimizer_status: { error: evil },
      points_count: 1,
      indexed_vectors_count: 0,
      segments_count: 1,
      config: {
        params: { vectors, shard_number: 1, replication_factor: 1 },
        hnsw_config: { m: 16, ef_construct: 100, full_scan_threshold: 10_000 },
        optimizer_config: {},
        metadata: { note: evil },
      },
      payload_schema: { [`key${evil}`]: { data_type: 'keyword', points: 1 } },
    };
    return {
      '/': { title: 'qdrant', version: '1.16.3' },
      '/collections': { result: { collections: [{ name: `evil${evil}` }, { name: 'other' }] } },
      '/aliases': { result: { aliases: [{ alias_name: `alias${evil}`, collection_name: `evil${evil}` }] } },
      [`/collections/${encodeURIComponent(`evil${evil}`)}`]: { result: info },
      '/collections/other': { result: info },
    };
  };

  async function against(evil: string, args: readonly string[]): Promise<string> {
    const known = answers(evil);
    const stub = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://x');
      const found = known[pathname];
      const status = found !== undefined ? 200 : pathname.startsWith('/collections/evi') ? 404 : 400;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(
        stringifyJson(
          found ?? {
            status: { error: status === 404 ? `Not found: Collection \`evi\` doesn't exist!` : `Wrong input: ${evil}` },
          },
        ),
      );
    }).listen(0, '127.0.0.1');
    await once(stub, 'listening');
    const url = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`;
    const { shown } = await qdxOnTerminal([...args, '--url', url, '--retries', '0'], { home });
    stub.closeAllConnections();
    stub.close();
    return withoutOwn(shown);
  }

  const all = withoutNull.map(([, text]) => text).join('|');
  test.each([
    ['the names of qdx collections', ['collections'], 'evil'],
    ['names, keys and optimizer errors of qdx stats', ['stats'], 'evil'],
    ['names that a search lists', ['search', 'x'], 'no collection was named'],
    ['names near a missing one', ['search', 'x', '-c', 'evi'], 'is not on'],
    ['the error of a search', ['search', 'x', '-c', 'other', '--model', 'all-MiniLM-L6-v2'], 'refuses POST'],
  ])('%s', async (_title, args, expected) => {
    const shown = await against(all, args);
    expect(shown).toContain(expected);
    expect(shown).not.toMatch(actingCharacters);
  });
});
