/**
 * A BEIR folder: `queries.jsonl` of `{"_id", "text"}` and `qrels/<split>.tsv`. The corpus is not read: it is in the collection.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import { assertOneEach, gradeQueries, type GradedQueries, type QueryLine } from './graded-queries.ts';
import { type InputFile, lineError, objectLines, textOf } from './input-lines.ts';
import { readQrels } from './qrels.ts';

type Reading = Omit<InputFile, 'path'>;

/** @param split Name of the file below `qrels/`; absent: the only one, or `test`. */
export async function readBeir(folder: string, split: string | undefined, reading: Reading): Promise<GradedQueries> {
  const queries = await readQueries({ ...reading, path: join(folder, 'queries.jsonl') });
  const qrelsPath = join(folder, 'qrels', `${split ?? (await onlySplit(folder))}.tsv`);
  return gradeQueries(queries, await readQrels({ ...reading, path: qrelsPath }, 'beir'), qrelsPath);
}

async function onlySplit(folder: string): Promise<string> {
  const files = await readdir(join(folder, 'qrels')).catch(() => []);
  const splits = files.filter((name) => name.endsWith('.tsv')).map((name) => name.slice(0, -'.tsv'.length));
  const [only] = splits;
  if (splits.includes('test')) return 'test';
  if (only !== undefined && splits.length === 1) return only;
  throw new QdxError('usage', `${folder} has ${splits.length === 0 ? 'no' : `${splits.length}`} files in qrels/`, {
    hint: splits.length === 0 ? 'a BEIR folder has qrels/test.tsv' : `name one: --split ${splits[0]}`,
  });
}

async function readQueries(file: InputFile): Promise<QueryLine[]> {
  const lines: (QueryLine & { readonly line: number })[] = [];
  for await (const { value, number } of objectLines(file)) {
    const id = textOf(value['_id'] ?? value['id']);
    const text = textOf(value['text'] ?? value['query']);
    if (id === undefined) throw lineError(file.path, number, 'it has no "_id" that is a text or a number');
    if (text === undefined) throw lineError(file.path, number, 'it has no "text"');
    lines.push({ id, text, line: number });
  }
  assertOneEach(lines, file.path);
  return lines;
}
