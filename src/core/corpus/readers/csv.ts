/**
 * CSV and TSV: a document for each row, streamed.
 */
import { parse } from 'csv-parse';
import { Readable } from 'node:stream';
import { QdxError } from '../../../lib/errors.ts';
import { utf8Text, Utf8Error } from '../../../lib/utf8-text.ts';
import type { Document } from '../document.ts';
import { extensionOf } from '../languages.ts';
import { fileFailure } from './file-failure.ts';
import { idText, recordDocument } from './record-document.ts';
import type { CorpusReader, CsvOptions, ReadContext, SourceFile } from './reader.ts';

/** A row larger than this has lost a closing quote. */
const maxRowBytes = 16 * 1024 * 1024;
const delimiters = [',', ';', '\t', '|'];

interface Row {
  readonly record: readonly string[];
  readonly raw: string;
}

export const csvReader: CorpusReader = {
  async *read(file, context) {
    try {
      yield* rows(file, context);
    } catch (error) {
      const reason = unreadable(error);
      if (reason === undefined) throw error;
      context.onSkip(reason.skip, `${file.path}: ${reason.why}`);
    }
  },
};

async function* rows(file: SourceFile, context: ReadContext): AsyncGenerator<Document> {
  const options = context.options.csv ?? {};
  let columns: Columns | undefined;
  let line = 1;
  for await (const { record, raw } of parsedRows(file, options, context.signal)) {
    const lines = { start: line + newlines(raw.slice(0, raw.length - raw.trimStart().length)), end: line };
    lines.end = line + newlines(raw.trimEnd());
    line += newlines(raw);
    if (columns === undefined) {
      columns = chosenColumns(record, options, file.path);
      continue;
    }
    const text = columns.text(record);
    if (text.trim() === '') context.onSkip('empty', `${file.path}:${lines.start}`);
    else
      yield recordDocument({
        text,
        language: 'csv',
        chunker: 'record',
        lines,
        sourceId: columns.id(record),
        fields: columns.kept(record),
      });
  }
}

async function* parsedRows(file: SourceFile, options: CsvOptions, signal?: AbortSignal): AsyncGenerator<Row> {
  const text = utf8Text(file.absolutePath);
  const first = await text.next();
  const beginning = first.done ? '' : first.value;
  const delimiter = options.delimiter ?? likelyDelimiter(file.name, beginning);
  const parser = Readable.from(withFirst(beginning, text)).pipe(
    parse({
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      raw: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: maxRowBytes,
    }),
  );
  for await (const row of parser) {
    signal?.throwIfAborted();
    yield row as Row;
  }
}

/** The parser's errors do not reach back to the stream that feeds it, nor the other way round: hence one iterator. */
async function* withFirst(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

function likelyDelimiter(name: string, text: string): string {
  if (extensionOf(name) === 'tsv' || extensionOf(name) === 'tab') return '\t';
  const header = (text.split('\n', 1)[0] ?? '').replaceAll(/"[^"]*"/g, '');
  const counts = delimiters.map((sign) => header.split(sign).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

interface Columns {
  text(row: readonly string[]): string;
  id(row: readonly string[]): string | undefined;
  kept(row: readonly string[]): Record<string, string>;
}

function chosenColumns(header: readonly string[], options: CsvOptions, path: string): Columns {
  const { textColumns, idColumn, keepColumns = [] } = options;
  const at = (name: string): number => columnAt(name, header, path);
  const id = idColumn === undefined ? undefined : at(idColumn);
  const keep = keepColumns.map((name) => [name, at(name)] as const);
  const others = header
    .map((_, index) => index)
    .filter((index) => index !== id && !keep.some(([, kept]) => kept === index));
  const texts = textColumns?.map(at) ?? others;
  return {
    text: (row) => rowText(row, texts, header),
    id: (row) => (id === undefined ? undefined : idText(row[id])),
    kept: (row) => Object.fromEntries(keep.map(([name, index]) => [name, row[index] ?? ''])),
  };
}

/** One column as it is; several as `name: value` lines, so that the text says what each value means. */
function rowText(row: readonly string[], columns: readonly number[], header: readonly string[]): string {
  if (columns.length === 1) return row[columns[0] ?? 0] ?? '';
  return columns
    .filter((index) => (row[index] ?? '').trim() !== '')
    .map((index) => `${header[index]}: ${row[index]}`)
    .join('\n');
}

function columnAt(name: string, header: readonly string[], path: string): number {
  const index = header.indexOf(name);
  if (index !== -1) return index;
  throw new QdxError('usage', `${path} has no column ${JSON.stringify(name)}`, {
    hint: `its columns are ${header.map((column) => JSON.stringify(column)).join(', ')}`,
  });
}

function newlines(text: string): number {
  return text.split(/\r\n|\n|\r/).length - 1;
}

function unreadable(
  error: unknown,
): { readonly skip: 'notUtf8' | 'badRecord' | 'unreadable'; readonly why: string } | undefined {
  if (!(error instanceof Error) || error instanceof QdxError) return undefined;
  if (error instanceof Utf8Error) return { skip: 'notUtf8', why: error.message };
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('CSV_')) return { skip: 'badRecord', why: error.message };
  const failure = fileFailure(error);
  return failure === undefined ? undefined : { skip: 'unreadable', why: failure };
}
