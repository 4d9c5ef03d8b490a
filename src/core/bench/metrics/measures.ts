/**
 * The measures, as trec_eval 9.0 defines them (m_ndcg_cut.c, m_map.c, m_recip_rank.c, m_P.c, m_recall.c, m_success.c): a
 * grade of 1 or more is relevant, discounts are log2(rank + 1), a query without any relevant document gets 0.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { Gain } from '../inputs/judged-set.ts';
import type { RankedGrades } from './ranked-grades.ts';

/** `files`: the same measure of the hits reduced to their files; passage-judged input only. */
type MeasureView = 'hits' | 'files';

export interface Measure {
  /** `ndcg@10`, `file-ndcg@10`, `map`. */
  readonly name: string;
  readonly view: MeasureView;
  readonly score: (ranked: RankedGrades) => number;
}

type Score = (ranked: RankedGrades, depth: number) => number;

const isRelevant = (grade: number): boolean => grade >= 1;
const gainOf = (grade: number, gain: Gain): number => (gain === 'linear' ? grade : 2 ** grade - 1);
const relevantIn = (grades: readonly number[], depth: number): number =>
  grades.slice(0, depth).filter(isRelevant).length;
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function dcg(grades: readonly number[], depth: number, gain: Gain): number {
  return grades.slice(0, depth).reduce((sum, grade, index) => sum + gainOf(grade, gain) / Math.log2(index + 2), 0);
}

const ndcg: Score = ({ grades, judged, gain }, depth) =>
  share(
    dcg(grades, depth, gain),
    dcg(
      judged.toSorted((a, b) => b - a),
      depth,
      gain,
    ),
  );

const precision: Score = ({ grades }, depth) => relevantIn(grades, depth) / depth;

const recall: Score = ({ grades, judged }, depth) => share(relevantIn(grades, depth), judged.length);

const hit: Score = ({ grades, hitGrade }, depth) => (grades.slice(0, depth).some((grade) => grade >= hitGrade) ? 1 : 0);

const reciprocalRank: Score = ({ grades }, depth) => {
  const index = grades.slice(0, depth).findIndex(isRelevant);
  return index === -1 ? 0 : 1 / (index + 1);
};

const averagePrecision: Score = ({ grades, judged }, depth) => {
  const sum = grades.slice(0, depth).reduce((total, grade, index) => {
    return isRelevant(grade) ? total + relevantIn(grades, index + 1) / (index + 1) : total;
  }, 0);
  return share(sum, judged.length);
};

const scores = { ndcg, mrr: reciprocalRank, map: averagePrecision, recall, precision, hit } as const;
/** These need no cutoff: without one they look at all hits. */
const wholeLists: readonly string[] = ['mrr', 'map'];

/** Computed unless others are asked for. */
export const defaultMeasures = ['ndcg@10', 'mrr', 'map', 'recall@10', 'recall@100', 'precision@10', 'hit@1', 'hit@5'];
/** Beside those where passages are judged. */
export const fileMeasures = ['file-ndcg@10', 'file-hit@1'];
/** What verdicts are about. */
export const primaryMeasure = 'ndcg@10';

/**
 * `recall` alone is `recall@10`, as are `ndcg`, `precision` and `hit`.
 * @throws QdxError `usage` for a name that is none.
 */
export function parseMeasure(text: string): Measure {
  const [, files, name = '', typed] = /^(file-)?([a-z]+)(?:@([1-9]\d{0,3}))?$/.exec(text.toLowerCase()) ?? [];
  const score = Object.hasOwn(scores, name) ? scores[name as keyof typeof scores] : undefined;
  if (!score)
    throw new QdxError('usage', `there is no measure ${JSON.stringify(text)}`, {
      hint: `measures are ${Object.keys(scores).join(', ')}, with a cutoff (ndcg@10), and file-ndcg@10 of files`,
    });
  const depth = typed === undefined ? (wholeLists.includes(name) ? Infinity : 10) : Number(typed);
  return {
    name: `${files ?? ''}${name}${Number.isFinite(depth) ? `@${depth}` : ''}`,
    view: files === undefined ? 'hits' : 'files',
    score: (ranked) => score(ranked, depth),
  };
}
