/**
 * JSON files: DoclingDocuments by their content, everything else as text cut at blank lines.
 */
import { open } from 'node:fs/promises';
import { parseStrictJson } from '../../../lib/strict-json.ts';
import type { Block, Document } from '../document.ts';
import { type DocItem, doclingItems } from './docling-items.ts';
import { readFileText } from './file-text.ts';
import { textDocument } from './text.ts';
import type { CorpusReader } from './reader.ts';

/** docling writes the schema's name first. */
const probeBytes = 4096;
const schemaName = /"schema_name"\s*:\s*"DoclingDocument"/;
/** Pictures inside of the file make it large, but are not read: the limit of text files does not fit. */
const maxDoclingBytes = 256 * 1024 * 1024;
const majorVersion = '1';

export const jsonReader: CorpusReader = {
  async *read(file, context) {
    const isDocling = schemaName.test(await beginning(file.absolutePath));
    const limits = isDocling ? { ...context, maxFileBytes: Math.max(context.maxFileBytes, maxDoclingBytes) } : context;
    const text = await readFileText(file, limits);
    if (text === undefined) return;
    const document = isDocling ? doclingDocument(text) : textDocument(text, file.name);
    if (typeof document === 'string') context.onSkip('badRecord', `${file.path}: ${document}`);
    else yield document;
  },
};

async function beginning(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(probeBytes), 0, probeBytes, 0);
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    // Reading the whole file will say why it cannot be read.
    return '';
  }
}

/** The document, or why there is none. Its lines are numbered by item: all lines of the third item are line 3. */
export function doclingDocument(json: string): Document | string {
  const parsed = parsedObject(json);
  if (typeof parsed === 'string') return parsed;
  const version = typeof parsed['version'] === 'string' ? parsed['version'] : '';
  if (version === '') return 'DoclingDocument that has no version';
  if (version.split('.')[0] !== majorVersion)
    return `DoclingDocument of version ${version}, known is ${majorVersion}.x`;
  return itemsDocument([...doclingItems(parsed)], parsed['origin']);
}

function parsedObject(json: string): Readonly<Record<string, unknown>> | string {
  try {
    const { value } = parseStrictJson(Buffer.from(json, 'utf8'));
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : 'it is no object';
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return error.message;
  }
}

function itemsDocument(items: readonly DocItem[], origin: unknown): Document {
  const blocks: Block[] = [];
  const numbering: number[] = [];
  const texts: string[] = [];
  let open: { level: number; text: string }[] = [];
  items.forEach(({ text, heading, isListItem }, index) => {
    if (heading !== undefined) open = [...open.filter((outer) => outer.level < heading.level), heading];
    // A blank line behind each item but between those of a list.
    const ended = isListItem && items[index + 1]?.isListItem ? `${text}\n` : `${text}\n\n`;
    const start = numbering.length;
    texts.push(ended);
    for (let line = ended.split('\n').length - 1; line > 0; line -= 1) numbering.push(index + 1);
    blocks.push({ start, end: numbering.length, path: open.map((outer) => outer.text) });
  });
  const title = items.find((item) => item.heading?.level === 0)?.heading?.text;
  return {
    text: texts.join(''),
    blocks,
    language: 'docling',
    kind: 'prose',
    numbering,
    ...(title === undefined ? {} : { title }),
    ...(typeof origin === 'object' && origin !== null ? { fields: { origin } } : {}),
  };
}
