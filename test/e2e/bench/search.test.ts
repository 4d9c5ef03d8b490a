/** `qdx bench search` and `judge` on the demo corpus: figures, files, gates, and what cannot be trusted. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Baseline } from '../../../src/core/bench/gate/baseline.ts';
import type { SearchReport } from '../../../src/core/bench/suites/search.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { homeWithKnownVectors, type QdxRun, runQdx } from '../../helpers/run-qdx.ts';

const demo = fileURLToPath(new URL('../../../fixtures/demo', import.meta.url));
const home = homeWithKnownVectors();
const work = join(home, 'work');
const baseline = join(work, 'baseline.json');
let server: RunningQdrant;

const qdx = (args: readonly string[], env: Record<string, string> = {}): Promise<QdxRun> =>
  runQdx([...args, '--url', server.url, '-q'], { home, env });
const bench = (args: readonly string[], env?: Record<string, string>): Promise<QdxRun> =>
  qdx(['bench', 'search', '-c', 'demo', '--rounds', '1', ...args], env);

function file(name: string, text: string): string {
  writeFileSync(join(work, name), text);
  return join(work, name);
}

beforeAll(async () => {
  server = await startQdrant();
  const { exitCode, stderr } = await qdx(['embed', '-c', 'demo', demo]);
  if (exitCode !== 0) throw new Error(stderr);
});
afterAll(async () => server.stop());

let whole: SearchReport;

test('the starter set: figures with intervals, host and versions, every form of the report in --out', async () => {
  const out = join(work, 'kept');
  const run = await bench([
    '--starter',
    '--exact',
    '--rounds',
    '2',
    '--save-baseline',
    baseline,
    '--out',
    out,
    '--json',
  ]);
  expect([run.exitCode, run.stderr]).toEqual([0, '']);
  whole = JSON.parse(run.stdout) as SearchReport;
  expect(whole).toMatchObject({ schemaVersion: 1, reportVersion: 1, suite: 'search', seed: 1, failedQueries: 0 });
  expect(whole.input).toMatchObject({ kind: 'passages', gain: 'exponential', queries: 39, judged: 39 });
  expect(whole.host).toMatchObject({ node: process.version, cpuFlags: expect.any(Array) as unknown });
  const primary = whole.quality?.measures['ndcg@10'];
  expect(primary?.mean).toBeGreaterThan(0.6);
  expect(primary?.lower).toBeLessThan(primary?.mean ?? 0);
  expect(whole.annRecall?.recall.mean).toBe(1);
  expect(whole.timing?.cold['total']?.samples).toBe(39);
  expect(whole.timing?.warm['encode']?.samples).toBe(39);
  expect(whole.timing?.warm['total']?.untrusted).toHaveProperty('p99Ms');
  expect(whole.raw).toHaveLength(78);
  // 214 vectors of 384 floats; a process with a model in it takes more than fifty megabytes.
  const facts = { points: 214, vectorBytes: 214 * 384 * 4, payloadBytes: expect.any(Number) as number };
  expect(whole.collections).toMatchObject([{ ...facts, model: { name: 'all-MiniLM-L6-v2' } }]);
  expect(whole.timing).toMatchObject({ cpuMs: expect.any(Number) as number });
  expect(whole.peakRssBytes).toBeGreaterThan(50e6);
  for (const name of ['report.json', 'report.html', 'report.md', 'junit.xml', 'metrics.prom', 'run-search.trec'])
    expect([name, existsSync(join(out, name))]).toEqual([name, true]);
  const lines = readFileSync(join(out, 'run-search.trec'), 'utf8').trim().split('\n');
  expect(lines.every((line) => /^q\d+ Q0 \S+ \d+ \S+ qdx-search$/.test(line))).toBe(true);
});

test('the same run against its baseline passes; a higher baseline fails with 9, annotated and summarised', async () => {
  const same = await bench(['--starter', '--gate', baseline]);
  expect([same.exitCode, same.stdout]).toEqual([0, expect.stringContaining('is the same for all 39 queries')]);
  const higher = JSON.parse(readFileSync(baseline, 'utf8')) as Baseline;
  const raised = {
    ...higher,
    scores: Object.fromEntries(Object.keys(higher.scores).map((id) => [id, { 'ndcg@10': 1 }])),
  };
  const summary = file('summary.md', '');
  const gate = file('higher.json', JSON.stringify(raised));
  const dropped = await bench(['--starter', '--gate', gate, '--format', 'github'], { GITHUB_STEP_SUMMARY: summary });
  expect(dropped.exitCode).toBe(9);
  expect(dropped.stdout).toMatch(/^::error title=ndcg@10 against the baseline::ndcg@10 fell by .*significant/m);
  expect(readFileSync(summary, 'utf8')).toContain('✗ **failed**');
});

test('absolute gates: those that hold and those that do not, as JUnit', async () => {
  const args = ['--starter', '--min', 'ndcg@10=0.5', '--min', 'recall@10=0.999', '--max', 'encode.p50=60s'];
  const { exitCode, stdout } = await bench([...args, '--format', 'junit']);
  expect(exitCode).toBe(9);
  expect(stdout).toContain('tests="3" failures="1"');
  expect(stdout).toMatch(
    /name="--min recall@10=0\.999">\s*<failure message="recall@10 is 0\.\d+; at least 0\.999 is asked for"/,
  );
});

test('F47: where no judged document is in the collection, there is no score but a usage error', async () => {
  const queries = file('elsewhere.csv', 'id,query,answer\n1,rotate an api key,gone.md\n2,quantization,nowhere.md\n');
  const { exitCode, stdout, stderr } = await bench(['--queries', queries, '--json']);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toContain('none of the 2 judged documents is in');
});

test('F47: unknown documents are counted and said, a judged query that finds nothing counts 0', async () => {
  const queries = file(
    'queries.csv',
    'id,query,answer\n1,rotate an api key,operations/troubleshooting.md\n2,vector index,concepts/vector-index.md\n2,vector index,gone.md\n3,quantization,nowhere.md\n',
  );
  const { exitCode, stdout } = await bench(['--queries', queries, '--json']);
  expect(exitCode).toBe(0);
  const { quality, notes, queries: results, input } = JSON.parse(stdout) as SearchReport;
  expect(input).toMatchObject({ kind: 'csv', gain: 'linear' });
  expect(quality?.documents).toEqual({ key: 'path', judged: 4, unknown: ['gone.md', 'nowhere.md'] });
  expect(notes).toContainEqual(expect.stringMatching(/2 of 4 judged documents are in no collection \(gone\.md/));
  expect(quality?.queries).toBe(3);
  expect(results.find(({ id }) => id === '3')).toMatchObject({ state: 'scored', scores: { 'ndcg@10': 0 } });
});

test('a pool for judging has no scores and no grades; filled in, it is an input', async () => {
  const queries = file('two.csv', 'query\nhow do backups work\nquantization\n');
  const pool = join(work, 'pool.jsonl');
  const { exitCode } = await qdx(['bench', 'judge', '-c', 'demo', '--queries', queries, '--out', pool]);
  expect(exitCode).toBe(0);
  const text = readFileSync(pool, 'utf8');
  expect(text).not.toMatch(/"(score|rank)":/);
  expect(text.match(/"grade":null/g)?.length).toBeGreaterThan(20);
  const judged = await bench(['--queries', file('judged.jsonl', text.replace('"grade":null', '"grade":2')), '--json']);
  const { input, quality } = JSON.parse(judged.stdout) as SearchReport;
  expect([judged.exitCode, input?.judged, quality?.queries]).toEqual([0, 1, 1]);
});

test('a baseline of other judgements, a file that is none, and a collection that is not there', async () => {
  const other = file('other.csv', 'query,answer\nvector index,concepts/vector-index.md\n');
  expect(await bench(['--queries', other, '--gate', baseline])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('other queries or judgements') as string,
  });
  expect(await bench(['--starter', '--gate', other])).toMatchObject({ exitCode: 2 });
  expect(await bench(['--starter', '--gate', join(work, 'none.json')])).toMatchObject({ exitCode: 6 });
  expect(await qdx(['bench', 'search', '-c', 'dmo', '--starter'])).toMatchObject({ exitCode: 6 });
});

test('what cannot be measured or kept is said before anything is asked', async () => {
  const unjudged = file('unjudged.csv', 'query\nvector index\n');
  const nowhere = (args: readonly string[]) => runQdx(['bench', ...args, '--url', 'http://127.0.0.1:9'], { home });
  const refused = (exitCode: number, text: string) => ({ exitCode, stderr: expect.stringContaining(text) as string });
  const search = ['search', '-c', 'demo', '--starter'];
  expect(await nowhere([...search, '--out', unjudged])).toMatchObject(refused(2, 'it is a file'));
  expect(await nowhere([...search, '--save-baseline', join(work, 'no', 'b.json')])).toMatchObject(refused(6, 'b.json'));
  const reranking = ['reranking', '-c', 'demo', '--queries', unjudged];
  expect(await nowhere([...reranking, '--with', 'lat'])).toMatchObject(refused(2, 'did you mean late?'));
  expect(await qdx(['bench', ...reranking])).toMatchObject(refused(2, 'is judged, and the verdict on reranking'));
});
