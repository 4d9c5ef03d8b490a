/**
 * The figures of judged queries. Line answers: {path, start, end, grade 1|2}; gains are 2^grade − 1, discounts log2(rank + 1).
 */
const depth = 10;

const dcg = (gains) => gains.reduce((sum, gain, index) => sum + gain / Math.log2(index + 2), 0);
const ideal = (gains) => dcg(gains.toSorted((a, b) => b - a).slice(0, depth));

/** The ranked hits reduced to their files (first occurrence), each with the best grade of its answers. */
export function fileNdcg(hits, answers) {
  const gains = new Map();
  for (const { path, grade } of answers) gains.set(path, Math.max(gains.get(path) ?? 0, 2 ** grade - 1));
  const files = [...new Set(hits.map(({ path }) => path))].slice(0, depth);
  return dcg(files.map((path) => gains.get(path) ?? 0)) / ideal([...gains.values()]);
}

/** A hit counts for the best answer that it covers and that no hit before it counted for. */
export function passageNdcg(hits, answers) {
  const left = new Set(answers);
  const gains = hits.slice(0, depth).map((hit) => {
    const [best] = [...left].filter((answer) => covers(hit, answer)).toSorted((a, b) => b.grade - a.grade);
    left.delete(best);
    return best ? 2 ** best.grade - 1 : 0;
  });
  return dcg(gains) / ideal(answers.map(({ grade }) => 2 ** grade - 1));
}

/** 1 where an answer of grade 2 is among the first five. */
export const hitAt5 = (hits, answers) =>
  hits.slice(0, 5).some((hit) => answers.some((answer) => answer.grade === 2 && covers(hit, answer))) ? 1 : 0;

/** nDCG@10 of hits named by id, one gain an id. */
export function idNdcg(ids, gains) {
  return dcg(ids.slice(0, depth).map((id) => gains.get(id) ?? 0)) / ideal([...gains.values()]);
}

/** In the same file, over at least half of the shorter of the two line ranges. */
function covers(hit, { path, start, end }) {
  if (hit.path !== path) return false;
  const common = Math.min(hit.endLine, end) - Math.max(hit.startLine, start) + 1;
  const shorter = Math.min(hit.endLine - hit.startLine, end - start) + 1;
  return common > 0 && common * 2 >= shorter;
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What is counted of each query; CoSQA has `file` alone. */
export const measures = ['file', 'passage', 'hitAt5', 'fileOfTen'];

/** Docs: mean of the collections' means. Code and CoSQA: mean over all queries, as the sets define it. NaN: not measured. */
export function figure(results, group, ranking, name) {
  const sets = results.filter((one) => one.group === group && one.ranking === ranking);
  const values = sets.map(({ judged }) => judged.map((one) => one[name] ?? Number.NaN));
  return group === 'docs' ? mean(values.map(mean)) : mean(values.flat());
}
