import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HubServer, startHubServer } from '../../helpers/hub-server.ts';
import { tinyModel, tinyRepository, writeFiles } from '../../helpers/onnx-model.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const commit = '3'.repeat(40);
let hub: HubServer;
beforeAll(async () => {
  hub = await startHubServer({ 'test/tiny': { commit, files: tinyRepository() } });
});
afterAll(() => hub.stop());

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
const sha256 = /[0-9a-f]{64}/;

test('models list shows the built-in model and how to get the other', async () => {
  const { stdout, exitCode } = await runQdx(['models', 'list']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/all-MiniLM-L6-v2 \(built-in\)/);
  expect(stdout).toMatch(/not pinned.*\n\s+get it with: qdx models download nomic-ai\/CodeRankEmbed/);
});

test('models card shows all that decides what a vector means', async () => {
  const { stdout, exitCode } = await runQdx(['models', 'card', 'all-MiniLM-L6-v2', '--json']);
  expect(exitCode).toBe(0);
  expect(json(stdout)).toMatchObject({
    schemaVersion: 1,
    card: { dimension: 384, pooling: 'mean' },
    space: { maxTokens: 256 },
    fingerprint: expect.stringMatching(sha256) as string,
  });
});

test('a first download without somebody to ask needs --accept-hash, then locks', async () => {
  const home = temporaryHome();
  const env = { HF_ENDPOINT: hub.endpoint, HF_TOKEN: 'hf_verysecret' };
  const unasked = await runQdx(['models', 'download', 'test/tiny'], { home, env });
  expect([unasked.exitCode, unasked.stdout]).toEqual([2, '']);
  expect(unasked.stderr).toContain(commit);
  expect(unasked.stderr).toMatch(/--accept-hash [0-9a-f]{64}/);
  const wrong = await runQdx(['models', 'download', 'test/tiny', '--accept-hash', '0'.repeat(64)], { home, env });
  expect(wrong.exitCode).toBe(4);
  const hash = /--accept-hash ([0-9a-f]{64})/.exec(unasked.stderr)?.[1] ?? '';
  const accepted = await runQdx(['models', 'download', 'test/tiny', '--accept-hash', hash], { home, env });
  expect([accepted.exitCode, accepted.stdout]).toEqual([0, expect.stringContaining('qdx verify-model test/tiny')]);
  const again = await runQdx(['models', 'download', 'test/tiny', '--json'], { home, env });
  expect(json(again.stdout)).toMatchObject({ wasLocked: true, card: { revision: commit } });
  expect((await runQdx(['models', 'list'], { home })).stdout).toContain('test/tiny (downloaded)');
  for (const run of [unasked, wrong, accepted, again]) expect(run.stdout + run.stderr).not.toContain('hf_verysecret');
});

const failures: readonly [string, readonly string[], Record<string, string>, number, RegExp][] = [
  ['a repository that is not there', ['models', 'download', 'no/model'], {}, 6, /there is no model no\/model at main/],
  ['offline', ['models', 'download', 'test/tiny'], { HF_HUB_OFFLINE: '1' }, 8, /HF_HUB_OFFLINE is set/],
  ['the built-in model', ['models', 'download', 'all-MiniLM-L6-v2'], {}, 2, /ships with qdx/],
  [
    'a limit that is none',
    ['models', 'download', 'test/tiny', '--max-tokens', 'many'],
    {},
    2,
    /--max-tokens: expected a whole number/,
  ],
  ['a pooling that is none', ['models', 'download', 'test/tiny', '--pooling', 'max'], {}, 2, /cls, mean, last/],
  [
    'a model that is not here',
    ['verify-model', 'nomic-ai/CodeRankEmbed'],
    {},
    6,
    /qdx models download nomic-ai\/CodeRankEmbed/,
  ],
];

test.each(failures)('%s: one sentence and its exit code', async (_what, args, env, exitCode, message) => {
  const run = await runQdx([...args], { env: { HF_ENDPOINT: hub.endpoint, ...env } });
  expect([run.exitCode, run.stdout]).toEqual([exitCode, '']);
  expect(run.stderr).toMatch(message);
  expect(run.stderr).not.toMatch(/\n\s+at /);
});

test('verify-model passes the built-in model and reports its figures', async () => {
  const { stdout, exitCode } = await runQdx(['verify-model', 'all-MiniLM-L6-v2', '--json']);
  const report = json(stdout) as { checks: { name: string; status: string }[]; figures: object; passed: boolean };
  expect(report.checks.map(({ name, status }) => `${name}: ${status}`)).toEqual([
    'files and hashes: passed',
    'dimension: passed',
    'norm: passed',
    'pooling: passed',
    'query prefix: passed',
    'document prefix: passed',
    'long text: passed',
    'determinism: passed',
    'second opinion: passed',
    'parity: passed',
    'known answers: passed',
  ]);
  expect(report.figures).toMatchObject({
    device: 'cpu',
    ortVersion: '1.30.0',
    queryP50Ms: expect.any(Number) as number,
    tokensPerSecond: expect.any(Number) as number,
  });
  expect([exitCode, report.passed]).toEqual([0, true]);
});

test('verify-model fails with exit 4 for a model whose words mean nothing and whose vectors are not those of the reference, and shows a table', async () => {
  const folder = temporaryFolder('tiny');
  const line = { text: 'read file', vector: [1, 0, 0, 0] };
  writeFiles(folder, { ...tinyRepository(), 'vectors.jsonl': Buffer.from(JSON.stringify(line)) });
  const { stdout, exitCode } = await runQdx(['verify-model', folder, '--reference', join(folder, 'vectors.jsonl')]);
  expect(exitCode).toBe(4);
  expect(stdout).toMatch(/failed {3}known answers/);
  expect(stdout).toMatch(/failed {3}parity {12}mean .*lowest .* over 1 texts/);
  expect(stdout).toMatch(/verify-model failed\n$/);
});

test('verify-model fails for a file that is not that of its card', async () => {
  const folder = temporaryFolder('tiny');
  writeFiles(folder, tinyRepository());
  await runQdx(['models', 'card', folder, '--write']);
  const card = json(readFileSync(join(folder, 'card.json'), 'utf8'));
  writeFiles(folder, { 'card.json': Buffer.from(JSON.stringify({ ...card, sha256: 'f'.repeat(64) })) });
  const { stderr, exitCode } = await runQdx(['verify-model', folder]);
  expect(exitCode).toBe(4);
  expect(stderr).toContain('is not the file of its card');
});

interface Report {
  readonly passed: boolean;
  readonly checks: readonly { name: string; status: string; expected: string; found: string; values?: object }[];
  readonly figures: object;
}

test('verify-model fails with exit 4 and a sentence where vectors have not the dimension of the card', async () => {
  const folder = temporaryFolder('tiny');
  writeFiles(folder, { ...tinyRepository(), 'onnx/model.onnx': tinyModel({ dimension: 8 }) });
  await runQdx(['models', 'card', folder, '--write', '--dimension', '8']);
  const card = json(readFileSync(join(folder, 'card.json'), 'utf8'));
  writeFiles(folder, { 'card.json': Buffer.from(JSON.stringify({ ...card, dimension: 4 })) });
  const { stderr, exitCode } = await runQdx(['verify-model', folder]);
  expect([exitCode, stderr]).toEqual([4, expect.stringMatching(/gives 8 dimensions, its card says 4/)]);
});

test('verify-model --json holds every figure as a number, and what the figures were taken on', async () => {
  const folder = temporaryFolder('tiny');
  writeFiles(folder, tinyRepository());
  const { stdout, exitCode } = await runQdx(['verify-model', folder, '--workers', '1', '--json']);
  const { checks, figures, passed } = json(stdout) as unknown as Report;
  expect([exitCode, passed]).toEqual([4, false]);
  expect(checks.find(({ name }) => name === 'parity')).toMatchObject({
    status: 'skipped',
    found: expect.stringContaining('no reference') as string,
  });
  const number = expect.any(Number) as number;
  const valuesOf = (name: string): object | undefined => checks.find((check) => check.name === name)?.values;
  expect(valuesOf('pooling')).toEqual({ cosineToCls: number, cosineToMean: expect.closeTo(1, 6) as number });
  expect(valuesOf('query prefix')).toEqual({ cosineWithAndWithout: number });
  expect(figures).toEqual({
    device: 'cpu',
    ortVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
    cpu: expect.stringMatching(/./) as string,
    cpuFlags: expect.any(Array) as string[],
    openMs: number,
    queryP50Ms: number,
    queryP95Ms: number,
    workers: 1,
    tokensPerSecond: number,
  });
});

const fp32 = fileURLToPath(new URL('../../../../shared/models/all-MiniLM-L6-v2/onnx/model.onnx', import.meta.url));
const whyNot = existsSync(fp32) ? '' : ' (skipped: ../shared/models has no fp32 file here)';

test.skipIf(whyNot !== '')(`verify-model compares the built-in int8 file with the fp32 one${whyNot}`, async () => {
  const { stdout, exitCode } = await runQdx(['verify-model', 'all-MiniLM-L6-v2', '--reference', fp32, '--json']);
  const { checks } = json(stdout) as { checks: { name: string; status: string; found: string }[] };
  const parity = checks.find(({ name }) => name === 'parity');
  expect(parity).toMatchObject({
    status: 'passed',
    found: expect.stringMatching(/mean 0\.99\d\d, lowest 0\.99/) as string,
  });
  expect(exitCode).toBe(0);
});
