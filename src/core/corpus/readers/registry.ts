/**
 * Readers by kind of file.
 */
import { extensionOf, languageOf } from '../languages.ts';
import { codeReader } from './code.ts';
import { csvReader } from './csv.ts';
import { jsonReader } from './json.ts';
import { jsonlReader } from './jsonl.ts';
import { markdownReader } from './markdown.ts';
import type { CorpusReader } from './reader.ts';
import { textReader } from './text.ts';

export type ReaderName = 'markdown' | 'code' | 'text' | 'csv' | 'jsonl' | 'json';

export const readers = {
  markdown: markdownReader,
  code: codeReader,
  text: textReader,
  csv: csvReader,
  jsonl: jsonlReader,
  json: jsonReader,
} satisfies Record<ReaderName, CorpusReader>;

const byExtension: Readonly<Record<string, ReaderName>> = {
  md: 'markdown',
  mdx: 'markdown',
  markdown: 'markdown',
  mdown: 'markdown',
  mkd: 'markdown',
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
};

/** The reader of a file, by its name alone. */
export function readerOf(fileName: string): ReaderName {
  const extension = extensionOf(fileName);
  if (Object.hasOwn(byExtension, extension)) return byExtension[extension] ?? 'text';
  return languageOf(fileName)?.grammar === undefined ? 'text' : 'code';
}
