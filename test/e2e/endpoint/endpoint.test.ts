/**
 * A model over HTTP from end to end: the built qdx, a real Qdrant, and a service that gives the built-in model's own vectors,
 * so that what it makes can be compared with what this machine makes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EmbedCostReport } from '../../../src/core/bench/suites/embed-cost.ts';
import type { EmbedSummary } from '../../../src/core/embed/embed.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import { connectTo } from '../../helpers/connection.ts';
import { corpusFolder, manyFiles } from '../../helpers/embed-corpus.ts';
import { type EmbeddingServer, startEmbeddingServer } from '../../helpers/embedding-server.ts';
import { mcpOverStdio } from '../../helpers/mcp-client.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const model = 'endpoint:all-MiniLM-L6-v2';
const key = 'sk-live-0123456789abcdef';
const folder = corpusFolder(manyFiles(4, 3));
const out = temporaryFolder('out');
const home = temporaryHome();
let qdrant: RunningQdrant;
let connection: Connection;
let service: EmbeddingServer;

beforeAll(async () => {
  [qdrant, service] = await Promise.all([startQdrant(), startEmbeddingServer()]);
  connection = connectTo(qdrant);
});
afterAll(async () => {
  await connection.close();
  await Promise.all([qdrant.stop(), service.close()]);
});
beforeEach(() => {
  service.fault = {};
});

/** As a user who has set the variables of the service. */
const qdx = (args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}, at = home) =>
  runQdx(args, {
    home: at,
    env: { QDRANT_URL: qdrant.url, GPU_API_ENDPOINT: service.url, GPU_API_KEY: key, ...env },
  });
const embed = async (args: readonly string[], at = home) => {
  const run = await qdx(['embed', folder, '--model', model, '--json', ...args], {}, at);
  return { ...run, summary: (run.exitCode === 0 ? JSON.parse(run.stdout) : null) as EmbedSummary };
};
/** Of the one word that an endpoint is asked for its dimension by: with the first and the last token. */
const dimensionTokens = 3;
async function vectorsOf(collection: string): Promise<Map<string, readonly number[]>> {
  const vectors = new Map<string, readonly number[]>();
  for await (const { payload, vectors: own } of scrollPoints(connection, collection, {
    withPayload: true,
    withVector: ['dense'],
  }))
    vectors.set(String(payload?.['content']), own?.['dense'] as readonly number[]);
  return vectors;
}

test('the vectors that it writes are those of the same model on this machine, and a search finds them by the endpoint', async () => {
  const { summary, stderr } = await embed(['-c', 'there', '--cost-per-mtok', '0.02', '--max-cost', '1']);
  expect(summary).toMatchObject({
    model,
    device: new URL(service.url).host,
    isComplete: true,
    endpoint: {
      estimate: { texts: summary.chunks, countedBy: 'tokenizer' },
      bill: { countedBy: 'endpoint', tokens: expect.any(Number) as number },
    },
  });
  // Before and after: what it is to cost, and what it did.
  expect(stderr).toMatch(/is to encode \d+ texts of [\d,]+ tokens \(counted by its tokenizer\), about 0\.\d+/);
  expect(stderr).toMatch(/[\d,]+ tokens \(as the endpoint counts them\), cost 0\.\d+ in \d+ requests/);
  const { estimate, bill } = summary.endpoint ?? {};
  expect(bill?.tokens).toBe((estimate?.tokens ?? 0) + dimensionTokens);

  await runQdx(['embed', folder, '-c', 'here'], { home, env: { QDRANT_URL: qdrant.url } });
  const [there, here] = [await vectorsOf('there'), await vectorsOf('here')];
  expect(there.size).toBe(summary.chunks);
  // Chunks are cut alike; only the text around them is put together by another template.
  expect([...there.keys()]).toEqual([...here.keys()]);

  const search = await qdx(['search', 'vector index', '-c', 'there', '--json']);
  expect(JSON.parse(search.stdout)).toMatchObject({
    collections: [{ name: 'there', model, encoder: { kind: 'endpoint', device: new URL(service.url).host } }],
  });
  expect(service.texts.at(-1)).toBe('vector index');
  const all = [stderr, search.stderr, search.stdout].join('');
  expect(all).not.toContain(key);
  expect(service.requests.at(-1)?.headers.authorization).toBe(`Bearer ${key}`);
});

test('what was paid for once is not asked for again, by whatever run', async () => {
  const before = service.requests.length;
  const again = await embed(['--out', join(out, 'again.jsonl')]);
  const bill = { requests: 1, tokens: dimensionTokens };
  expect(again.summary).toMatchObject({ embedded: 0, endpoint: { estimate: { texts: 0 }, bill } });
  expect(service.requests.slice(before).flatMap(({ texts }) => texts)).toEqual(['dimension']);
});

test('without the variables a search says how to name the endpoint', async () => {
  const { exitCode, stderr } = await qdx(['search', 'vector', '-c', 'there'], { GPU_API_ENDPOINT: undefined });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`the model ${model} answers over HTTP, and no address of it is known`);
  expect(stderr).toContain('GPU_API_ENDPOINT');
});

test('another model behind the name is found out before anything is added to the collection', async () => {
  const other = corpusFolder({ 'new.md': '# New\n\nA text that the collection does not have yet.\n' }, 'other');
  service.fault = {
    change: (json) => ({ ...json, data: json.data.map((item) => ({ ...item, embedding: shuffled })) }),
  };
  const run = await qdx(['embed', other, '-c', 'there', '--model', model, '--no-cache']);
  expect(run.exitCode).toBe(8);
  expect(run.stderr).toMatch(/vectors in there\S* are not those that the file of this run gives: the lowest cosine/);
  service.fault = {};
  const honest = await qdx(['embed', other, '-c', 'there', '--model', model, '--no-cache', '--json']);
  expect(JSON.parse(honest.stdout)).toMatchObject({ embedded: 1, written: 1 });
});
/** A direction of its own. */
const shuffled = Array.from({ length: 384 }, (_, at) => Math.sin(at * at));

test('a text goes to another machine only where the user said so; loopback needs no word', async () => {
  const run = await qdx(['embed', folder, '-c', 'away', '--model', model, '--endpoint-dimension', '384'], {
    GPU_API_ENDPOINT: 'http://192.0.2.1:9/v1',
    GPU_API_KEY: undefined,
  });
  expect(run.exitCode).toBe(8);
  expect(run.stderr).toContain('nothing was sent to http://192.0.2.1:9');
  expect(run.stderr).toContain('--allow-remote-text --yes');
  const clear = await qdx(['embed', folder, '-c', 'away', '--model', model], {
    GPU_API_ENDPOINT: 'http://192.0.2.1:9/v1',
  });
  expect(clear.exitCode).toBe(8);
  expect(clear.stderr).toContain('an API key would go to http://192.0.2.1:9 in the clear');
});

test('a file that came with a clone cannot choose where texts go', async () => {
  const cwd = temporaryFolder('clone');
  writeFileSync(join(cwd, 'qdx.config.json'), JSON.stringify({ endpoint: { url: 'http://192.0.2.1/v1' } }));
  const run = await runQdx(['search', 'x'], { home, cwd });
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("endpoint.url: a project's file must not set this");
});

test('settings show where the endpoint comes from, and never its key', async () => {
  const { stdout } = await qdx(['config', 'show', '--json']);
  expect(stdout).not.toContain(key);
  expect(JSON.stringify(JSON.parse(stdout))).toContain('GPU_API_ENDPOINT');
});

test('a run stops before --max-cost is exceeded, and the same command with another cap goes on', async () => {
  const at = temporaryHome();
  const small = ['--endpoint-batch-size', '2', '--endpoint-parallel', '1', '--cost-per-mtok', '1000', '-c', 'capped'];
  const first = await embed([...small, '--max-cost', '0.5'], at);
  expect(first.exitCode).toBe(3);
  expect(first.stderr).toMatch(/it will stop before --max-cost 0.5 is exceeded/);
  expect(first.stderr).toMatch(/stopped before --max-cost 0.5 is exceeded: 0\.\d+ is spent/);
  const texts = new Set(service.texts);
  const spent = Number(/exceeded: (0\.\d+) is spent/.exec(first.stderr)?.[1]);
  expect(spent).toBeGreaterThan(0);
  expect(spent).toBeLessThanOrEqual(0.5);
  const before = service.requests.length;
  const second = await embed([...small, '--max-cost', '100'], at);
  expect(second.summary.isComplete).toBe(true);
  expect(second.summary.cached + second.summary.unchanged).toBeGreaterThan(0);
  expect(second.summary.chunks).toBe(second.summary.cached + second.summary.unchanged + second.summary.embedded);
  expect(texts.size + service.requests.slice(before).length).toBeGreaterThan(0);
  const tiny = await embed([...small, '--max-cost', '0.000001'], temporaryHome());
  expect(tiny.exitCode).toBe(8);
});

test('verify-model checks its vectors, compares it with the model of its name here, and says what it cannot check', async () => {
  const { exitCode, stdout } = await qdx(['verify-model', model, '--collection', 'there', '--json']);
  const report = JSON.parse(stdout) as { checks: { name: string; status: string; found: string }[] };
  expect(exitCode).toBe(0);
  const byStatus = (status: string) => report.checks.filter((check) => check.status === status).map(({ name }) => name);
  expect(byStatus('skipped')).toEqual(['files and hashes', 'pooling', 'long text', 'second opinion']);
  expect(byStatus('failed')).toEqual([]);
  const parity = report.checks.find(({ name }) => name === 'parity');
  expect(parity?.found).toMatch(/^mean 1\.0000, lowest 1\.0000 .* against all-MiniLM-L6-v2 on this machine$/);
});

test('migrate embeds a collection anew by an endpoint', async () => {
  const run = await qdx([
    'migrate',
    'here',
    'moved',
    '--model',
    model,
    '--no-backup',
    '--no-cache',
    '--yes',
    '--json',
    '--cost-per-mtok',
    '1',
  ]);
  expect(run.stderr).toMatch(/is to encode .* texts/);
  expect(run.stderr).toMatch(/as the endpoint counts them\), cost/);
  expect(run.exitCode).toBe(0);
  expect((await vectorsOf('moved')).size).toBe((await vectorsOf('here')).size);
  const { stdout } = await qdx(['search', 'vector index', '-c', 'moved', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ collections: [{ model, encoder: { kind: 'endpoint' } }] });
});

test('an agent searches and stores by the endpoint, which is sent no words of a warm-up, and is compared before a store', async () => {
  const env = { QDRANT_URL: qdrant.url, GPU_API_ENDPOINT: service.url };
  const sentBefore = service.texts.length;
  const session = await mcpOverStdio(['-c', 'there', '--allow-write'], { home, env });
  const { isError, text } = await session.call('search', { query: 'how is an alias kept' });
  expect(service.texts.slice(sentBefore)).toEqual(['how is an alias kept']);
  expect([isError, text]).toEqual([false, expect.stringContaining('page-')]);

  // As with qdx embed: stored texts are compared before the first one is added.
  const note = { collection: 'there', content: 'A note of an agent about herons.' };
  service.fault = {
    change: (json) => ({ ...json, data: json.data.map((item) => ({ ...item, embedding: shuffled })) }),
  };
  const refused = await session.call('store', note);
  expect([refused.isError, refused.text]).toEqual([true, expect.stringContaining('are not those that')]);
  service.fault = {};
  expect((await session.call('store', note)).data).toMatchObject({ action: 'stored', embedded_by: model });
  expect((await session.call('store', note)).data).toMatchObject({ action: 'unchanged' });
  await session.close();
});

test('a bench says what a million chunks take and cost here, by the token and by the hour', async () => {
  const prices = ['--cost-per-mtok', '0.02', '--gpu-per-hour', '0.6'];
  const sides = ['--compare', 'local,endpoint', '--model', model, '--rounds', '1', '--max-queries', '6'];
  const { exitCode, stdout } = await qdx(['bench', 'embed', '-c', 'here', ...sides, ...prices, '--json']);
  expect(exitCode).toBe(0);
  const report = JSON.parse(stdout) as EmbedCostReport;
  expect(report.ways.map(({ way }) => way)).toEqual(['local', 'token', 'hour']);
  // The same texts, the same tokenizer: what the endpoint bills is what this machine counts.
  expect(report.rates[1]).toMatchObject({ countedBy: 'endpoint', tokensPerText: report.rates[0]?.tokensPerText });
  expect(report.ways[1]?.costPerMillionChunks).toBeCloseTo(0.02 * (report.rates[1]?.tokensPerText ?? 0), 9);
  expect(report.breakEven[0]).toMatch(/^an hour of the GPU \(0\.60\) buys [\d,]+ chunks by the token/);
  const refused = await qdx(['bench', 'embed', '-c', 'here', '--compare', 'local']);
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('it compares local,endpoint')]);
});
