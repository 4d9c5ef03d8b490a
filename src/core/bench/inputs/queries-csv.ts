/**
 * `queries.csv`: the simplest input. Columns by name: `query`, and as far as there are any `id`, `answer`, `grade`,
 * `category`, `collection`. An answer is a document (`guides/install.md`, or an id) or lines of one
 * (`guides/install.md:12-40`); several answers are several rows of the same query.
 */
import { parse } from 'csv-parse';
import { Readable } from 'node:stream';
import { QdxError } from '../../../lib/errors.ts';
import { utf8Text, Utf8Error } from '../../../lib/utf8-text.ts';
import { type InputFile, lineError } from './input-lines.ts';
import type { JudgedQuery, PassageAnswer } from './judged-set.ts';

interface Row {
  readonly cells: Readonly<Record<string, string>>;
  readonly line: number;
}

interface Draft {
  readonly id: string;
  readonly text: string;
  readonly category: string | undefined;
  readonly collection: string | undefined;
  readonly grades: Map<string, number>;
  readonly answers: PassageAnswer[];
}

const knownColumns = ['id', 'query', 'answer', 'grade', 'category', 'collection'];

/** @throws QdxError `usage` for an unknown column, a query without text, answers of both kinds. */
export async function readQueriesCsv(file: InputFile): Promise<JudgedQuery[]> {
  const drafts = new Map<string, Draft>();
  for await (const row of rows(file)) addRow(drafts, row, file.path);
  const queries = [...drafts.values()];
  const hasLines = queries.some(({ answers }) => answers.length > 0);
  if (hasLines && queries.some(({ grades }) => grades.size > 0))
    throw new QdxError('usage', `${file.path} has answers with lines and answers without: all must be of one kind`, {
      hint: 'write guides/install.md:1-9999 where a whole file answers',
    });
  return queries.map(toQuery);
}

function toQuery({ id, text, category, collection, grades, answers }: Draft): JudgedQuery {
  const judgements =
    answers.length > 0
      ? ({ kind: 'passages', answers } as const)
      : grades.size > 0
        ? ({ kind: 'documents', grades } as const)
        : null;
  return {
    id,
    text,
    judgements,
    ...(category !== undefined && { category }),
    ...(collection !== undefined && { collection }),
  };
}

function addRow(drafts: Map<string, Draft>, { cells, line }: Row, path: string): void {
  const text = cells['query'] ?? '';
  if (text === '') throw lineError(path, line, 'its query is empty');
  const id = cells['id'] || text;
  const draft = drafts.get(id) ?? newDraft(id, text, cells);
  if (draft.text !== text) throw lineError(path, line, `query ${id} was ${JSON.stringify(draft.text)} above`);
  drafts.set(id, draft);
  const answer = cells['answer'] ?? '';
  if (answer === '') return;
  const grade = gradeOf(cells['grade'] ?? '', path, line);
  const [, file, start, end] = /^(.+):(\d+)-(\d+)$/.exec(answer) ?? [];
  if (file === undefined) draft.grades.set(answer, grade);
  else if (Number(end) < Number(start) || Number(start) < 1) throw lineError(path, line, `${answer} names no lines`);
  else draft.answers.push({ path: file, startLine: Number(start), endLine: Number(end), grade });
}

const newDraft = (id: string, text: string, cells: Row['cells']): Draft => ({
  id,
  text,
  category: cells['category'] || undefined,
  collection: cells['collection'] || undefined,
  grades: new Map(),
  answers: [],
});

function gradeOf(typed: string, path: string, line: number): number {
  if (typed === '') return 1;
  if (!/^\d{1,2}$/.test(typed)) throw lineError(path, line, `the grade is no whole number: ${JSON.stringify(typed)}`);
  return Number(typed);
}

async function* rows(file: InputFile): AsyncGenerator<Row> {
  const parser = Readable.from(hashed(file)).pipe(
    parse({
      columns: (header: string[]) => checkedHeader(header, file.path),
      info: true,
      trim: true,
      skip_empty_lines: true,
    }),
  );
  try {
    for await (const item of parser) {
      const { record, info } = item as { record: Record<string, string>; info: { lines: number } };
      file.signal?.throwIfAborted();
      yield { cells: record, line: info.lines };
    }
  } catch (error) {
    const isOfInput =
      error instanceof Utf8Error ||
      (error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_'));
    if (isOfInput) throw new QdxError('usage', `${file.path}: ${error.message}`, { cause: error });
    throw error;
  }
}

async function* hashed(file: InputFile): AsyncGenerator<string> {
  for await (const piece of utf8Text(file.path)) {
    file.hash.update(piece);
    yield piece;
  }
}

function checkedHeader(header: readonly string[], path: string): string[] {
  const names = header.map((name) => name.toLowerCase());
  const unknown = names.find((name) => !knownColumns.includes(name));
  if (unknown === undefined && names.includes('query')) return names;
  throw new QdxError(
    'usage',
    unknown === undefined
      ? `${path} has no column "query"`
      : `${path} has an unknown column ${JSON.stringify(unknown)}`,
    { hint: `its columns may be ${knownColumns.join(', ')}` },
  );
}
