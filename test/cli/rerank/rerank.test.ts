import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { crossEncoderFolder, referencePairs } from '../../helpers/cross-encoder.ts';
import { packageRoot } from '../../../src/lib/package-root.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

const home = temporaryHome();
const model = crossEncoderFolder();
const [query = ''] = referencePairs.map((pair) => pair.query);
const cross = (input: string, ...args: string[]) =>
  runQdx(['rerank', '--query', query, '--rerank', 'cross', '--cross-model', model, ...args], { home, input });

const asked = referencePairs.filter((pair) => pair.query === query);
const best = asked.toSorted((a, b) => b.logit - a.logit);

describe('qdx rerank', () => {
  test('the same lines in the order of an independent implementation, other fields byte for byte', async () => {
    const lines = asked.map(
      ({ text }, index) =>
        `{ "id":${index}, "text":${JSON.stringify(text)},"big":12345678901234567890,"one":1.0, "rank" : 9 }`,
    );
    const { stdout, stderr, exitCode } = await cross(`${lines.join('\n')}\n`);
    expect([exitCode, stderr]).toStrictEqual([0, '']);
    const out = stdout.trim().split('\n');
    expect(out.map((line) => (JSON.parse(line) as { text: string }).text)).toStrictEqual(best.map(({ text }) => text));
    for (const [at, line] of out.entries()) {
      expect(line).toContain('"big":12345678901234567890,"one":1.0,');
      const { rank, rerankScore } = JSON.parse(line) as { rank: number; rerankScore: number };
      expect(rank).toBe(at + 1);
      expect(rerankScore).toBeCloseTo(best[at]!.logit, 4);
    }
  });

  test('beyond the depth the first order stays, by score where all have one; the document says all of it', async () => {
    const texts = asked.map(({ text }, index) => JSON.stringify({ id: `t${index}`, text, score: index }));
    const { stdout, exitCode } = await cross(texts.join('\r\n'), '--rerank-depth', '2', '--json');
    expect(exitCode).toBe(0);
    const document = JSON.parse(stdout) as { ranking: { id: string; rerankScore?: number }[] };
    expect(document).toMatchObject({
      schemaVersion: 1,
      query,
      numCandidates: 3,
      rerankTimeMs: expect.any(Number),
      reranking: [{ kind: 'cross', name: model, candidates: 2, scored: 2, failures: {} }],
      faults: [],
    });
    expect(document.ranking.map(({ id }) => id).at(-1)).toBe('t0');
    expect(document.ranking.map(({ rerankScore }) => typeof rerankScore)).toStrictEqual([
      'number',
      'number',
      'undefined',
    ]);
  });

  test('a time budget ends it early and says so; what was not reached keeps its place', async () => {
    const lines = Array.from({ length: 600 }, (_, id) => JSON.stringify({ id, text: 'read a file '.repeat(40) }));
    const { stdout, stderr, exitCode } = await cross(
      lines.join('\n'),
      '--rerank-budget-ms',
      '1',
      '--json',
      '--rerank-depth',
      '600',
    );
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/the time for reranking \(1 ms\) ended after \d+ of 600 candidates/);
    const { ranking, reranking } = JSON.parse(stdout) as {
      ranking: { rerankScore?: number }[];
      reranking: { scored: number; failures: { outOfTime: number } }[];
    };
    expect((reranking[0]?.scored ?? 0) + (reranking[0]?.failures.outOfTime ?? 0)).toBe(600);
    expect(ranking.filter(({ rerankScore }) => rerankScore !== undefined)).toHaveLength(reranking[0]?.scored ?? -1);
  });

  test('lines that are no candidates are named and left out: exit 3', async () => {
    const file = join(home, 'work', 'some.jsonl');
    writeFileSync(
      file,
      '{"id":1,"text":"read"}\n\n[1]\n{"id":2}\n{"text":"x"}\n{"id":3,"text":"x","id":4}\n{"id":5,\n',
    );
    const { stdout, stderr, exitCode } = await cross('', file);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^\{"id":1,"text":"read","rank":1,"rerankScore":-?[\d.]+\}\n$/);
    expect(stderr).toContain('line 3 is left out: it is no object');
    expect(stderr).toContain('line 4 is left out: it has no "text"');
    expect(stderr).toContain('line 5 is left out: it has no "id"');
    expect(stderr).toContain('line 6 is left out: it has "id" twice');
    expect(stderr).toContain('line 7 is left out: it is no JSON');
  });

  test.each([
    ['no query', ['rerank', '--rerank', 'cross', '--cross-model', model], 2, 'the query is empty'],
    ['nothing to do', ['rerank', '--query', 'q', '--rerank', 'off'], 2, '--rerank off leaves nothing'],
    ['an unknown chain', ['rerank', '--query', 'q', '--rerank', 'cross,late'], 2, 'late,cross'],
    [
      'a model that is not here',
      ['rerank', '--query', 'q', '--rerank', 'cross'],
      6,
      'qdx models download cross-encoder/ms-marco',
    ],
    [
      'an encoder',
      ['rerank', '--query', 'q', '--rerank', 'cross', '--cross-model', 'all-MiniLM-L6-v2'],
      2,
      'is an encoder',
    ],
    [
      'a missing file',
      ['rerank', '--query', 'q', '--rerank', 'cross', '--cross-model', model, 'none.jsonl'],
      6,
      'no file none.jsonl',
    ],
  ])('%s is refused with a sentence', async (_what, args, code, message) => {
    const { exitCode, stderr, stdout } = await runQdx(args, { home, input: '{"id":1,"text":"x"}' });
    expect([exitCode, stdout]).toStrictEqual([code, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });
});

test('verify-model of a cross-encoder: parity with an independent implementation, and a gate on known answers', async () => {
  const reference = join(packageRoot, 'fixtures/cross-encoder/pairs.jsonl');
  const { stdout, stderr, exitCode } = await runQdx(['verify-model', model, '--reference', reference, '--json'], {
    home,
  });
  const { passed, checks } = JSON.parse(stdout || stderr) as {
    passed: boolean;
    checks: { name: string; status: string }[];
  };
  const statuses = Object.fromEntries(checks.map(({ name, status }) => [name, status]));
  // Random weights know no answers: the gate says so.
  expect([exitCode, passed]).toStrictEqual([4, false]);
  expect(statuses).toStrictEqual({
    'files and hashes': 'passed',
    spread: 'passed',
    determinism: 'passed',
    parity: 'passed',
    'known answers': 'failed',
  });
  const wrong = join(home, 'work', 'wrong.jsonl');
  writeFileSync(wrong, '{"query":"read","text":"file","logit":5}\n{"query":"read","text":"line","logit":-5}\n');
  const other = await runQdx(['verify-model', model, '--reference', wrong], { home });
  expect(other.stdout).toMatch(/failed +parity/);
});
