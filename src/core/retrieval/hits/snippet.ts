/**
 * The lines of a hit that show why it was found.
 */
import { documentTerms } from '../../lexical/terms.ts';

export interface SnippetLine {
  /** Line number in the file. */
  readonly number: number;
  readonly text: string;
  /** Character ranges [start, end) of words of the query. */
  readonly marks: readonly (readonly [number, number])[];
}

const word = /[\p{L}\p{M}\p{N}_$]+/gu;

/** The run of at most `count` lines with the most different words of the query; the first lines with text where none has any. */
export function snippet(text: string, startLine: number, query: string, count: number): SnippetLine[] {
  const wanted = new Set(documentTerms(query));
  const lines = text
    .replace(/\s+$/, '')
    .split(/\r?\n/)
    .map((line, index) => markLine(line, startLine + index, wanted));
  const firstWithText = Math.max(
    0,
    lines.findIndex((line) => line.text.trim() !== ''),
  );
  let best = { from: firstWithText, score: 0 };
  for (let from = firstWithText; from < lines.length; from++) {
    const window = lines.slice(from, from + count);
    const score = new Set(window.flatMap(({ terms }) => terms)).size + (window[0]?.terms.length ? 0.5 : 0);
    if (score > best.score) best = { from, score };
  }
  const from = Math.max(firstWithText, Math.min(best.from, lines.length - count));
  return lines.slice(from, from + count).map(({ number, text: line, marks }) => ({ number, text: line, marks }));
}

/** Every line, marked. */
export const markedLines = (text: string, startLine: number, query: string): SnippetLine[] =>
  snippet(text, startLine, query, Number.MAX_SAFE_INTEGER);

interface MarkedLine extends SnippetLine {
  readonly terms: readonly string[];
}

function markLine(text: string, number: number, wanted: ReadonlySet<string>): MarkedLine {
  const terms: string[] = [];
  const marks: [number, number][] = [];
  for (const match of text.matchAll(word)) {
    const common = documentTerms(match[0]).filter((term) => wanted.has(term));
    if (common.length === 0) continue;
    terms.push(...common);
    marks.push([match.index, match.index + match[0].length]);
  }
  return { text, number, marks, terms };
}
