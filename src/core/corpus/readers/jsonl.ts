/**
 * JSON lines: a document for each record, streamed; docling's chunks among them.
 */
import { isFault, type JsonLine, type JsonLineFault, readJsonl } from '../../../lib/jsonl.ts';
import type { Document } from '../document.ts';
import { fileFailure } from './file-failure.ts';
import { doclingChunkDocument, isDoclingChunk } from './docling-chunk.ts';
import { idText, recordDocument } from './record-document.ts';
import type { CorpusReader, JsonlOptions, ReadContext, SourceFile } from './reader.ts';

type JsonRecord = Readonly<Record<string, unknown>>;

interface RecordFields {
  readonly text: string;
  readonly id: string | undefined;
  readonly keep: readonly string[];
}

const likelyTextFields = ['text', 'content', 'body', 'document'];
const likelyIdFields = ['_id', 'id'];

export const jsonlReader: CorpusReader = {
  async *read(file, context) {
    try {
      yield* records(file, context);
    } catch (error) {
      const failure = fileFailure(error);
      if (failure === undefined) throw error;
      context.onSkip('unreadable', `${file.path} (${failure})`);
    }
  },
};

async function* records(file: SourceFile, context: ReadContext): AsyncGenerator<Document> {
  const options = context.signal === undefined ? {} : { signal: context.signal };
  let fields: RecordFields | undefined;
  for await (const line of readJsonl(file.absolutePath, options)) {
    const where = `${file.path}:${line.number}`;
    const record = recordIn(line);
    if (typeof record === 'string') {
      context.onSkip('badRecord', `${where}: ${record}`);
      continue;
    }
    if (record.doubled !== undefined) context.onWarning(`${where}: ${record.doubled}`);
    fields ??= chosenFields(record.value, file, context);
    if (fields === undefined) break;
    const document = recordOf(record.value, line.number, fields);
    if (document === null) context.onSkip('empty', where);
    else if (typeof document === 'string') context.onSkip('badRecord', `${where}: ${document}`);
    else yield document;
  }
}

/** The record of a line, or why there is none. */
function recordIn(line: JsonLine | JsonLineFault): { readonly value: JsonRecord; readonly doubled?: string } | string {
  if (isFault(line)) return line.fault;
  const { value, duplicateKeys } = line;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is no JSON object';
  const record = value as JsonRecord;
  if (duplicateKeys.length === 0) return { value: record };
  const keys = duplicateKeys.map((key) => JSON.stringify(key)).join(', ');
  return { value: record, doubled: `${keys} given twice in one object, the last one counts` };
}

/** A document, or why there is none; null for a blank one. */
function recordOf(record: JsonRecord, line: number, fields: RecordFields): Document | string | null {
  if (isDoclingChunk(record)) return doclingChunkDocument(record, line);
  const text = record[fields.text];
  if (typeof text !== 'string') return `no text in field ${JSON.stringify(fields.text)}`;
  if (text.trim() === '') return null;
  const title = record['title'];
  return recordDocument({
    text,
    language: 'text',
    chunker: 'record',
    lines: { start: line, end: line },
    sourceId: fields.id === undefined ? undefined : idText(record[fields.id]),
    title: typeof title === 'string' && fields.text !== 'title' ? title : undefined,
    fields: Object.fromEntries(
      fields.keep.filter((key) => Object.hasOwn(record, key)).map((key) => [key, record[key]]),
    ),
  });
}

/** The fields asked for; else those that the first record suggests, which is announced. Undefined, and told: none fits. */
function chosenFields(first: JsonRecord, file: SourceFile, context: ReadContext): RecordFields | undefined {
  const options: JsonlOptions = context.options.jsonl ?? {};
  const keep = options.keepFields ?? [];
  if (isDoclingChunk(first)) return { text: 'text', id: undefined, keep };
  const text = options.textField ?? likelyTextFields.find((key) => typeof first[key] === 'string');
  if (text === undefined) {
    context.onSkip('noTextField', file.path);
    return undefined;
  }
  const id = options.idField ?? likelyIdFields.find((key) => idText(first[key]) !== undefined);
  if (options.textField === undefined) {
    context.onNote(`${file.path}: text from field "${text}"${id === undefined ? ', no ids' : `, ids from "${id}"`}`);
  }
  return { text, id, keep };
}
