/**
 * Puts queries and qrels together, as BEIR and TREC keep them: in files of their own.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { JudgedQuery } from './judged-set.ts';
import { gradesByQuery, type Qrel } from './qrels.ts';

export interface QueryLine {
  readonly id: string;
  readonly text: string;
  readonly category?: string;
}

export interface GradedQueries {
  readonly queries: readonly JudgedQuery[];
  readonly warnings: readonly string[];
}

/**
 * Queries of other splits (no judgement in these qrels) are left out and counted: they belong to another test.
 * @throws QdxError `usage` for a judgement of a query that has no text: it can be neither asked nor left out, since the
 * mean goes over all judged queries (`trec_eval -c`).
 */
export function gradeQueries(queries: readonly QueryLine[], qrels: readonly Qrel[], qrelsPath: string): GradedQueries {
  if (qrels.length === 0) throw new QdxError('usage', `there is no judgement in ${qrelsPath}`);
  const grades = gradesByQuery(qrels);
  const known = new Set(queries.map(({ id }) => id));
  const textless = qrels.find(({ query }) => !known.has(query));
  if (textless)
    throw new QdxError('usage', `${qrelsPath} line ${textless.line}: there is no query ${textless.query} to ask`, {
      details: { path: qrelsPath, line: textless.line },
    });
  const judged = queries.flatMap(({ id, text, category }): JudgedQuery[] => {
    const own = grades.get(id);
    return own
      ? [{ id, text, judgements: { kind: 'documents', grades: own }, ...(category !== undefined && { category }) }]
      : [];
  });
  const without = queries.length - judged.length;
  return {
    queries: judged,
    warnings:
      without === 0 ? [] : [`${without} of ${queries.length} queries have no judgement in ${qrelsPath}: not asked`],
  };
}

/** @throws QdxError `usage` for an id that two queries have. */
export function assertOneEach(ids: readonly { readonly id: string; readonly line: number }[], path: string): void {
  const seen = new Map<string, number>();
  for (const { id, line } of ids) {
    const before = seen.get(id);
    if (before !== undefined)
      throw new QdxError('usage', `${path} line ${line}: query ${id} stands on line ${before} too`, {
        details: { path, line },
      });
    seen.set(id, line);
  }
}
