/**
 * What a perfect reranker of the same candidates would get: their grades, best first.
 */
import type { Hit } from '../../retrieval/hits/hit.ts';
import type { JudgedQuery } from '../inputs/judged-set.ts';
import type { KnownDocuments } from '../metrics/document-key.ts';
import { parseMeasure, primaryMeasure } from '../metrics/measures.ts';
import { gradesOf } from './score.ts';

const measure = parseMeasure(primaryMeasure);

/** Of one query; null where nobody judged it. */
export function headroomOf(
  { judgements }: JudgedQuery,
  hits: readonly Hit[],
  documents: KnownDocuments | null,
): number | null {
  if (!judgements) return null;
  const ranked = gradesOf(judgements, hits, documents?.key ?? 'pointId').hits;
  return measure.score({ ...ranked, grades: ranked.grades.toSorted((a, b) => b - a) });
}
