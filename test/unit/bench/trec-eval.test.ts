/** Every measure against trec_eval's own code (fixtures/trec/README.md), ties, empty results and all. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { gradesByQuery, readQrels } from '../../../src/core/bench/inputs/qrels.ts';
import { parseMeasure } from '../../../src/core/bench/metrics/measures.ts';
import { mean } from '../../../src/lib/statistics/mean.ts';
import { gradesOfDocuments } from '../../../src/core/bench/metrics/ranked-grades.ts';
import { trecOrder } from '../../../src/core/bench/metrics/trec-order.ts';
import { readRun } from '../../../src/core/bench/run/trec-run.ts';

const folder = fileURLToPath(new URL('../../../fixtures/trec/', import.meta.url));
const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
  readonly perQuery: Record<string, Record<string, number>>;
  readonly meansOfAllJudged: Record<string, number>;
};
const grades = gradesByQuery(await readQrels({ path: join(folder, 'qrels.txt'), hash: createHash('sha256') }, 'trec'));
const run = await readRun(join(folder, 'run.txt'));

function scoreOf(query: string, measure: string): number {
  const documents = trecOrder(run.get(query) ?? []).map(({ id }) => id);
  return parseMeasure(measure).score(gradesOfDocuments(documents, grades.get(query) ?? new Map()));
}

test.each(Object.keys(expected.meansOfAllJudged))(
  'F47: %s equals trec_eval, query by query and in the mean',
  (measure) => {
    const judged = [...grades.keys()];
    for (const query of judged)
      expect([query, scoreOf(query, measure)]).toEqual([
        query,
        expect.closeTo(expected.perQuery[query]?.[measure] ?? 0, 9),
      ]);
    expect(mean(judged.map((query) => scoreOf(query, measure)))).toBeCloseTo(expected.meansOfAllJudged[measure]!, 9);
  },
);

test('the fixture holds what is hard: ties, a judged query without results and one without relevant documents', () => {
  expect(grades.has('q05') && !run.has('q05')).toBe(true);
  expect([...grades.get('q01')!.values()].every((grade) => grade === 0)).toBe(true);
  expect(run.has('q99') && !grades.has('q99')).toBe(true);
  const scores = run.get('q04')!.map(({ score }) => score);
  expect(new Set(scores).size).toBeLessThan(scores.length);
});
