/**
 * TREC run files: `query Q0 document rank score tag`, a line a hit.
 */
import { createHash } from 'node:crypto';
import { type InputFile, lineError, textLines } from '../inputs/input-lines.ts';
import { decreasingScores, type ScoredDocument } from '../metrics/trec-order.ts';

/** Best first; each document once. */
export interface RunRanking {
  readonly query: string;
  readonly documents: readonly ScoredDocument[];
}

/** White space ends a column there: it is percent-encoded. */
const encodeName = (name: string): string => name.replaceAll(/\s/gu, (space) => encodeURIComponent(space));

/** Scores are lowered, by the least that a float32 can be, where the order would be lost otherwise. */
export function renderRun(rankings: readonly RunRanking[], tag: string): string {
  return rankings
    .flatMap(({ query, documents }) => {
      const scores = decreasingScores(documents.map(({ score }) => score));
      return documents.map(
        ({ id }, index) =>
          `${encodeName(query)} Q0 ${encodeName(id)} ${index + 1} ${String(scores[index] ?? 0)} ${encodeName(tag)}\n`,
      );
    })
    .join('');
}

/** In the order of the file; trecOrder of metrics/trec-order.ts is how it ranks. @throws QdxError `usage` naming the line. */
export async function readRun(path: string, signal?: AbortSignal): Promise<Map<string, ScoredDocument[]>> {
  const file: InputFile = { path, hash: createHash('sha256'), ...(signal && { signal }) };
  const run = new Map<string, ScoredDocument[]>();
  for await (const { text, number } of textLines(file)) {
    const cells = text.trim().split(/\s+/);
    const [query = '', , id = '', , typed = ''] = cells;
    const score = Number(typed);
    if (cells.length !== 6 || Number.isNaN(score))
      throw lineError(path, number, 'expected six columns: query Q0 document rank score tag');
    const documents = run.get(query) ?? [];
    documents.push({ id, score });
    run.set(query, documents);
  }
  return run;
}
