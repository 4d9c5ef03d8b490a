/** Suites that compare two things or measure a rate, and the verdict on reranking, on the demo corpus. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoadReport } from '../../../src/core/bench/suites/load.ts';
import type { RerankingReport } from '../../../src/core/bench/suites/reranking.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { homeWithKnownVectors, runQdx } from '../../helpers/run-qdx.ts';

const builtInModel = fileURLToPath(new URL('../../../models/all-MiniLM-L6-v2', import.meta.url));
const demo = fileURLToPath(new URL('../../../fixtures/demo', import.meta.url));
const home = homeWithKnownVectors();
let server: RunningQdrant;

interface BenchRun {
  readonly exitCode: number;
  readonly report: unknown;
  readonly stderr: string;
}

/** @param line Words with single spaces between. */
async function bench(line: string): Promise<BenchRun> {
  const run = await runQdx(['bench', ...line.split(' '), '--url', server.url, '-q', '--json'], { home });
  return { ...run, report: run.stdout === '' ? {} : (JSON.parse(run.stdout) as unknown) };
}

beforeAll(async () => {
  server = await startQdrant();
  for (const [name, ...flags] of [['demo'], ['plain', '--no-token-vectors']] as const) {
    const { exitCode, stderr } = await runQdx(['embed', '-c', name, demo, '--url', server.url, '-q', ...flags], {
      home,
    });
    if (exitCode !== 0) throw new Error(stderr);
  }
});
afterAll(async () => server.stop());

test('reranking: off and late on the same candidates, a verdict, the headroom, lift by category, costs', async () => {
  // Without -c, as CI runs it: the demo corpus is embedded for this run.
  const run = await bench('reranking --starter --rounds 2 --allow-undecided --with endpoint');
  expect((await runQdx(['collections', '--url', server.url, '--json'], { home })).stdout).not.toContain('starter');
  const report = run.report as RerankingReport;
  expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  expect(report.configured).toBe('late');
  expect(report.results.map(({ name }) => name)).toEqual(['off', 'late']);
  expect(report.unavailable).toHaveProperty('endpoint');
  expect(report.notes).toContainEqual(expect.stringMatching(/^endpoint was not measured: /));
  const [off, late] = report.results;
  expect(off).toMatchObject({ against: null, addedP95Ms: null, totals: { candidates: 0 } });
  expect(late).toMatchObject({
    against: { comparison: { difference: { samples: 39 } }, precisionGain: expect.any(Number) as number },
    timing: { warm: { rerank: { samples: 39 } } },
    addedP95Ms: expect.any(Number) as number,
    totals: { queries: 39, models: [expect.stringMatching(/^late: /)], scored: late?.totals.candidates },
  });
  expect(report.headroom).toBeGreaterThan(0.9);
});

test('what auto comes to hangs on what the collection keeps; a configured state that cannot be opened is an error', async () => {
  const plain = await bench('reranking -c plain --starter --rounds 1 --allow-undecided');
  expect((plain.report as RerankingReport).configured).toBe('off');
  const missing = await bench('reranking -c demo --starter --rerank endpoint');
  expect(missing).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('needs the address of an endpoint') as string,
  });
});

test('migration: the same points are the same for all queries, one that lost most fails with 9, and one with itself is refused', async () => {
  const run = await bench('migration --from plain -c demo --starter --rerank off --rounds 1');
  expect(run).toMatchObject({ exitCode: 0, report: { overlapAt10: 1, gate: { check: { status: 'passed' } } } });
  expect((await bench('migration --from demo -c demo --starter')).exitCode).toBe(2);
  const query = { filter: { must_not: [{ key: 'subdirectory', match: { value: 'samples' } }] } };
  await fetch(`${server.url}/collections/plain/points/delete?wait=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(query),
  });
  const worse = await bench('migration --from demo -c plain --starter --rerank off --rounds 1');
  expect(worse).toMatchObject({ exitCode: 9, report: { gate: { check: { status: 'failed' } } } });
});

test('load: a run for each number of users, each query answered once a round, connections counted', async () => {
  const run = await bench('load -c demo --starter --users 1,4 --rounds 1');
  const { steps, notes } = run.report as LoadReport;
  expect(run.exitCode).toBe(0);
  expect(steps.map(({ users, latency, failed }) => [users, latency?.samples, failed])).toEqual([
    [1, 39, 0],
    [4, 39, 0],
  ]);
  expect(steps.at(-1)?.sockets).toBeGreaterThan(0);
  expect(steps[0]).toMatchObject({ serverCpu: null });
  expect(notes).toContainEqual(expect.stringContaining("the server's CPU is not known"));
});

test('embed, upload and parity: rates of every setting, no copy left, and the same model is its own equal', async () => {
  const embed = await bench('embed -c demo --sessions 1 --rounds 1 --max-queries 20');
  expect(embed).toMatchObject({ exitCode: 0, report: { texts: 20, rates: [{ workers: 1, device: 'cpu' }] } });
  const upload = await bench('upload -c demo --batches 50,100 --in-flight 2 --rounds 1');
  expect(upload).toMatchObject({
    exitCode: 0,
    report: { points: 214, rates: [{ batchSize: 50 }, { batchSize: 100 }] },
  });
  const { stdout } = await runQdx(['collections', '--url', server.url, '--json'], { home });
  expect(stdout).not.toContain('qdx-bench');
  const parity = await bench('parity all-MiniLM-L6-v2 all-MiniLM-L6-v2 --starter --min-cosine 0.999');
  expect(parity).toMatchObject({
    exitCode: 0,
    report: { isOneSpace: true, neighboursAt10: { mean: 1 }, server: null },
  });
  // The same file read another way: what a wrong export looks like.
  const other = join(home, 'other-pooling');
  cpSync(builtInModel, other, { recursive: true });
  const card = JSON.parse(readFileSync(join(other, 'card.json'), 'utf8')) as object;
  writeFileSync(join(other, 'card.json'), JSON.stringify({ ...card, pooling: 'cls' }));
  const low = await bench(`parity all-MiniLM-L6-v2 ${other} --starter --min-cosine 0.999`);
  expect(low).toMatchObject({ exitCode: 9, report: { isOneSpace: false, checks: [{ status: 'failed' }] } });
});
