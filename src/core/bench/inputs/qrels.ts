/**
 * Judgements by document id: the four columns of TREC (`query 0 document grade`), or the three of BEIR (tab-separated,
 * under the header `query-id corpus-id score`).
 */
import { type InputFile, lineError, textLines } from './input-lines.ts';

export interface Qrel {
  readonly query: string;
  readonly document: string;
  readonly grade: number;
  /** 1-based. */
  readonly line: number;
}

export async function readQrels(file: InputFile, layout: 'trec' | 'beir'): Promise<Qrel[]> {
  const found: Qrel[] = [];
  const seen = new Map<string, Qrel>();
  let isFirst = true;
  for await (const { text, number } of textLines(file)) {
    const cells = layout === 'trec' ? text.trim().split(/\s+/) : text.split('\t').map((cell) => cell.trim());
    const isHeader = isFirst && layout === 'beir' && cells[2] === 'score';
    isFirst = false;
    if (isHeader) continue;
    const qrel = parseQrel(cells, layout, file.path, number);
    const key = JSON.stringify([qrel.query, qrel.document]);
    const before = seen.get(key);
    if (before && before.grade !== qrel.grade)
      throw lineError(
        file.path,
        number,
        `query ${qrel.query} and document ${qrel.document} have grade ${qrel.grade} here, and ${before.grade} on line ${before.line}`,
      );
    if (before) continue;
    seen.set(key, qrel);
    found.push(qrel);
  }
  return found;
}

function parseQrel(cells: readonly string[], layout: 'trec' | 'beir', path: string, line: number): Qrel {
  const columns = layout === 'trec' ? 4 : 3;
  if (cells.length !== columns || cells.includes(''))
    throw lineError(
      path,
      line,
      `expected ${columns} columns (${layout === 'trec' ? 'query 0 document grade' : 'query, document, grade, with tabs between'}), got ${cells.length}`,
    );
  const [query = '', ...rest] = cells;
  const [document = '', typed = ''] = rest.slice(-2);
  if (!/^[+-]?\d+$/.test(typed)) throw lineError(path, line, `the grade is no whole number: ${JSON.stringify(typed)}`);
  return { query, document, grade: Number(typed), line };
}

/** Grades by document, by query. */
export function gradesByQuery(qrels: readonly Qrel[]): Map<string, Map<string, number>> {
  const byQuery = new Map<string, Map<string, number>>();
  for (const { query, document, grade } of qrels) {
    const grades = byQuery.get(query) ?? new Map<string, number>();
    byQuery.set(query, grades.set(document, grade));
  }
  return byQuery;
}
