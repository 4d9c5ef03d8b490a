/**
 * Passage-judged JSON lines: `{"id", "query", "type", "answers": [{"path", "start", "end", "grade"}]}`. A folder of such
 * files has one for each collection, called by its name.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { assertOneEach } from './graded-queries.ts';
import { type InputFile, lineError, objectLines, textOf } from './input-lines.ts';
import type { JudgedQuery, PassageAnswer } from './judged-set.ts';

type Reading = Omit<InputFile, 'path'>;

/** @param collection Of all queries of the file; absent: as its lines say. */
export async function readPassages(path: string, reading: Reading, collection?: string): Promise<JudgedQuery[]> {
  const queries: (JudgedQuery & { readonly line: number })[] = [];
  for await (const { value, number } of objectLines({ ...reading, path }))
    queries.push({ ...parseQuery(value, path, number, collection), line: number });
  assertOneEach(queries, path);
  return queries.map(({ line: _line, ...query }) => query);
}

/** `docs.jsonl` holds the queries of the collection `docs`. Ids are made distinct by it. */
export async function readPassageFolder(folder: string, reading: Reading): Promise<JudgedQuery[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).toSorted();
  const all: JudgedQuery[] = [];
  for (const name of files) {
    const collection = name.slice(0, -'.jsonl'.length);
    const queries = await readPassages(join(folder, name), reading, files.length > 1 ? collection : undefined);
    all.push(...queries.map((query) => (files.length > 1 ? { ...query, id: `${collection}/${query.id}` } : query)));
  }
  return all;
}

type Value = Readonly<Record<string, unknown>>;

function parseQuery(value: Value, path: string, line: number, collection: string | undefined): JudgedQuery {
  const id = textOf(value['id']);
  const text = textOf(value['query']);
  if (id === undefined && value['_id'] !== undefined)
    throw lineError(
      path,
      line,
      'it is a query of a BEIR folder, which has its judgements in qrels/test.tsv beside it',
      'name the folder that holds both, or judge with qdx bench judge',
    );
  if (id === undefined) throw lineError(path, line, 'it has no "id" that is a text or a number');
  if (text === undefined) throw lineError(path, line, 'it has no "query"');
  const { answers } = value;
  if (answers !== undefined && !Array.isArray(answers)) throw lineError(path, line, '"answers" is no list');
  const parsed = ((answers ?? []) as unknown[]).flatMap((answer) => parseAnswer(answer, path, line));
  const category = textOf(value['type'] ?? value['category']);
  const named = collection ?? textOf(value['collection']);
  return {
    id,
    text,
    judgements: parsed.length === 0 ? null : { kind: 'passages', answers: parsed },
    ...(category !== undefined && { category }),
    ...(named !== undefined && { collection: named }),
  };
}

/** Nothing of an answer whose grade is null: a pool of `bench judge` that nobody has come to yet. */
function parseAnswer(answer: unknown, path: string, line: number): PassageAnswer[] {
  const { path: file, start, end, grade = 1 } = (answer ?? {}) as Value;
  if (typeof file !== 'string' || file === '') throw lineError(path, line, 'an answer has no "path"');
  if (!isLine(start) || !isLine(end) || end < start)
    throw lineError(
      path,
      line,
      `the answer in ${file} has no lines: expected 1 <= start <= end, got ${String(start)}-${String(end)}`,
    );
  if (grade === null) return [];
  if (typeof grade !== 'number' || !Number.isInteger(grade) || grade < 0 || grade > 10)
    throw lineError(path, line, `the answer in ${file} has no grade from 0 to 10: ${JSON.stringify(grade)}`);
  return [{ path: file, startLine: start, endLine: end, grade }];
}

const isLine = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 1;
