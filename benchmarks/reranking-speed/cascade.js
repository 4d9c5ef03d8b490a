/** `late,cross` over a real collection, one query after the other: what each search says of its own reranking. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { searchParams } from '../../dist/commands/search/flags.js';
import { searchPlaces } from '../../dist/commands/search/places.js';
import { connect, createSearcher, resolveSettings } from '../../dist/index.js';
import { median, round } from '../host.js';
import { startQdrant } from '../qdrant-server.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Of the demo's; the first warms up and is left out. */
const queryCount = 13;

export async function measureCascade({ model, work }) {
  const server = await startQdrant(join(work, 'qdrant'));
  try {
    embed(server.url, work);
    const lines = readFileSync(join(root, 'fixtures/demo-queries/queries.jsonl'), 'utf8').trim().split('\n');
    const queries = lines.slice(0, queryCount).map((line) => JSON.parse(line).query);
    const ask = (rerank) => answersOf({ url: server.url, rerank, model, work, queries });
    const answers = await ask('late,cross');
    const timesOf = (list) => list.map(({ rerankTimeMs }) => round(rerankTimeMs, 1));
    return {
      queries: answers.length,
      stages: answers[0].reranking.map(({ kind, candidates, scored }) => ({ kind, candidates, scored })),
      p50Ms: median(timesOf(answers)),
      crossAloneP50Ms: median(timesOf(await ask('cross'))),
      timesMs: timesOf(answers),
    };
  } finally {
    await server.stop();
  }
}

function embed(url, work) {
  mkdirSync(join(work, 'cwd'), { recursive: true });
  const args = [join(root, 'bin/qdx.js'), 'embed', '-c', 'docs', join(root, 'docs'), join(root, 'fixtures/demo')];
  const env = { PATH: process.env.PATH, HOME: work, QDRANT_URL: url };
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: join(work, 'cwd'), env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`qdx embed ended with ${status}: ${stderr}`);
}

async function answersOf({ url, rerank, model, work, queries }) {
  const resolved = await resolveSettings({
    flags: { 'connection.url': url, 'search.rerank': rerank, 'search.crossModel': model },
    environment: {},
    cwd: work,
    configFolder: work,
    configFile: false,
    readStdin: async () => '',
  });
  const { settings } = resolved;
  const connection = await connect({ connection: settings.connection, dataFolder: work, environment: {} });
  const places = searchPlaces({ folders: { cache: join(work, 'cache') }, environment: process.env }, settings);
  const searcher = await createSearcher(connection, searchParams({}, resolved, ['docs']), places);
  const answers = [];
  for (const query of queries) answers.push(await searcher.search(query));
  await searcher.close();
  await connection.close();
  return answers.slice(1);
}
