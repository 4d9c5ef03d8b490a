/**
 * The figures of judged queries, by the measures of `qdx bench` (docs/bench.md).
 */
import { mean } from '../../dist/lib/statistics/mean.js';
import { parseMeasure } from '../../dist/core/bench/metrics/measures.js';
import { gradesOf } from '../../dist/core/bench/run/score.js';

const ndcg = parseMeasure('ndcg@10');
const hit = parseMeasure('hit@5');

/** What is counted of each query; one that is judged by documents, as CoSQA's are, has `file` alone. */
export const measures = ['file', 'passage', 'hitAt5', 'fileOfTen'];

export function judge({ judgements }, hits) {
  // A long document is several chunks: its first hit counts.
  if (judgements.kind === 'documents') return { file: ndcg.score(gradesOf(judgements, hits, 'sourceId').hits) };
  const { hits: passages, files } = gradesOf(judgements, hits, 'path');
  return {
    file: ndcg.score(files),
    passage: ndcg.score(passages),
    hitAt5: hit.score(passages),
    // What a reader of ten hits sees of files.
    fileOfTen: ndcg.score(gradesOf(judgements, hits.slice(0, 10), 'path').files),
  };
}

/** Docs: mean of the collections' means. Code and CoSQA: mean over all queries, as the sets define it. NaN: not measured. */
export function figure(results, group, ranking, name) {
  const sets = results.filter((one) => one.group === group && one.ranking === ranking);
  const values = sets.map(({ judged }) => judged.map((one) => one[name] ?? Number.NaN));
  return group === 'docs' ? mean(values.map(mean)) : mean(values.flat());
}
