/**
 * A record (CSV row, JSON line) as a document.
 */
import { textLines } from '../chunking/lines.ts';
import { paragraphBlocks } from '../chunking/paragraphs.ts';
import type { Document } from '../document.ts';

export interface RecordParts {
  readonly text: string;
  readonly language: string;
  readonly chunker: 'record' | 'docling';
  /** Lines of the file that the record takes up, 1-based, inclusive. */
  readonly lines: { readonly start: number; readonly end: number };
  readonly sourceId?: string | undefined;
  readonly title?: string | undefined;
  /** Kept columns. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export function recordDocument({ text, language, chunker, lines, sourceId, title, fields }: RecordParts): Document {
  return {
    text,
    blocks: paragraphBlocks(textLines(text)),
    language,
    kind: 'prose',
    lines,
    ...(sourceId === undefined ? {} : { sourceId }),
    ...(title === undefined || title === '' ? {} : { title }),
    fields: { ...fields, chunker },
  };
}

/** A record's own id as text: exact for integers of any size; undefined for what names nothing. */
export function idText(id: unknown): string | undefined {
  if (typeof id === 'string') return id === '' ? undefined : id;
  return typeof id === 'number' || typeof id === 'bigint' ? String(id) : undefined;
}
