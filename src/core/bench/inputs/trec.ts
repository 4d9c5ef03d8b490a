/**
 * TREC: a qrels file of four columns, and queries as `id<TAB>text` lines, or as JSON lines of `{"id", "query"}`.
 */
import { assertOneEach, gradeQueries, type GradedQueries, type QueryLine } from './graded-queries.ts';
import { type InputFile, lineError, objectLines, textLines, textOf } from './input-lines.ts';
import { readQrels } from './qrels.ts';

type Reading = Omit<InputFile, 'path'>;

export async function readTrec(queriesPath: string, qrelsPath: string, reading: Reading): Promise<GradedQueries> {
  const file = { ...reading, path: queriesPath };
  const lines = /\.jsonl?$|\.ndjson$/.test(queriesPath) ? await fromObjects(file) : await fromColumns(file);
  assertOneEach(lines, queriesPath);
  return gradeQueries(lines, await readQrels({ ...reading, path: qrelsPath }, 'trec'), qrelsPath);
}

type Numbered = QueryLine & { readonly line: number };

async function fromColumns(file: InputFile): Promise<Numbered[]> {
  const lines: Numbered[] = [];
  for await (const { text, number } of textLines(file)) {
    const tab = text.indexOf('\t');
    const [id, query] = [text.slice(0, tab).trim(), text.slice(tab + 1).trim()];
    if (tab === -1 || id === '' || query === '')
      throw lineError(file.path, number, 'expected an id, a tab and the text of the query');
    lines.push({ id, text: query, line: number });
  }
  return lines;
}

async function fromObjects(file: InputFile): Promise<Numbered[]> {
  const lines: Numbered[] = [];
  for await (const { value, number } of objectLines(file)) {
    const id = textOf(value['id'] ?? value['_id']);
    const text = textOf(value['query'] ?? value['text']);
    if (id === undefined) throw lineError(file.path, number, 'it has no "id" that is a text or a number');
    if (text === undefined) throw lineError(file.path, number, 'it has no "query"');
    const category = textOf(value['type'] ?? value['category']);
    lines.push({ id, text, line: number, ...(category !== undefined && { category }) });
  }
  return lines;
}
