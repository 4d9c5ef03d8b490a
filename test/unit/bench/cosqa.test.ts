/**
 * A TREC run over all of CoSQA, scored by qdx and by trec_eval's own code: equal to 1e-6. The ranking is a plain count of
 * common words, so that it is the same everywhere; what the search of qdx gets there is a matter of benchmarks/gate.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readJudgedSet } from '../../../src/core/bench/inputs/read-judged-set.ts';
import { mean } from '../../../src/lib/statistics/mean.ts';
import { parseMeasure } from '../../../src/core/bench/metrics/measures.ts';
import { gradesOfDocuments } from '../../../src/core/bench/metrics/ranked-grades.ts';
import { trecOrder } from '../../../src/core/bench/metrics/trec-order.ts';
import { readRun, renderRun, type RunRanking } from '../../../src/core/bench/run/trec-run.ts';
import { sha256Hex } from '../../../src/lib/hash.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const cosqa = join(root, '../shared/datasets/cosqa-dev');
const expected = JSON.parse(readFileSync(join(root, 'fixtures/trec/cosqa-words.json'), 'utf8')) as {
  readonly runSha256: string;
  readonly means: Record<string, number>;
};
const isThere = existsSync(join(cosqa, 'corpus.jsonl'));
const title = 'a run over CoSQA has the figures of trec_eval to 1e-6';
const why = isThere ? '' : ': skipped, ../shared/datasets/cosqa-dev is not beside this repository';

test.runIf(isThere)(`${title}${why}`, async () => {
  const { queries } = await readJudgedSet({ queries: cosqa });
  const path = join(temporaryFolder('cosqa'), 'run.txt');
  const text = renderRun(rankByWords(queries), 'words');
  writeFileSync(path, text);
  expect(sha256Hex(text)).toBe(expected.runSha256);
  const run = await readRun(path);
  for (const [name, value] of Object.entries(expected.means)) {
    const { score } = parseMeasure(name);
    const scores = queries.map(({ id, judgements }) => {
      const documents = trecOrder(run.get(id) ?? []).map((document) => document.id);
      return score(gradesOfDocuments(documents, judgements?.kind === 'documents' ? judgements.grades : new Map()));
    });
    expect([name, Math.abs(mean(scores) - value) < 1e-6, scores.length]).toEqual([name, true, 500]);
  }
});

const depth = 100;
const wordsOf = (text: string): string[] => [...new Set(text.toLowerCase().match(/[a-z0-9]+/g))];

/** By the number of common words, then the shorter text, then the id: whole numbers, the same on every machine. */
function rankByWords(queries: readonly { readonly id: string; readonly text: string }[]): RunRanking[] {
  const documents = readFileSync(join(cosqa, 'corpus.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly _id: string; readonly text: string })
    .map(({ _id: id, text }) => ({ id, words: wordsOf(text) }));
  const byWord = new Map<string, number[]>();
  for (const [index, { words }] of documents.entries())
    for (const word of words) {
      const known = byWord.get(word);
      if (known) known.push(index);
      else byWord.set(word, [index]);
    }
  return queries.map(({ id: query, text }) => {
    const common = new Map<number, number>();
    for (const word of wordsOf(text))
      for (const index of byWord.get(word) ?? []) common.set(index, (common.get(index) ?? 0) + 1);
    const scored = [...common].map(([index, count]) => {
      const { id = '', words = [] } = documents[index] ?? {};
      return { id, score: count * 1000 - Math.min(999, words.length) };
    });
    return { query, documents: scored.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, depth) };
  });
}
