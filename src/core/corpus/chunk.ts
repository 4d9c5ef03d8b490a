/**
 * Chunk: the piece of a document that becomes one point.
 */

/** Payload of a qdx point, as it lies in Qdrant (snake_case, as users' collections have it). */
export interface ChunkPayload {
  /** The raw lines (or the raw text of a record), exactly as read. */
  readonly content: string;
  /** Stable name of the embedded root: the folder's name unless set. */
  readonly source: string;
  /** Path relative to that root, with `/`. */
  readonly source_path: string;
  readonly source_file: string;
  /** First segment of `source_path`; empty for a file at the root. */
  readonly subdirectory: string;
  /** 1-based, inclusive. Records without lines (docling) count from 1 in reading order. */
  readonly start_line: number;
  readonly end_line: number;
  readonly language: string;
  /** Documents: headings from the top, outermost first. */
  readonly heading_path?: readonly string[];
  /** Code: enclosing symbols, outermost first (`['Client', 'search']`). */
  readonly symbol_path?: readonly string[];
  /** Code: identifiers that this chunk defines (functions, classes, methods, constants). */
  readonly symbols?: readonly string[];
  readonly title?: string;
  /** `docling` where docling's own chunker cut the text, `record` for a CSV row or a JSON line. */
  readonly chunker?: string;
  /** Captions that docling gives a chunk besides its headings. */
  readonly captions?: readonly string[];
  /** sha256, hex, of `content` in UTF-8. */
  readonly content_hash: string;
  /** The input's own id, if it had one. */
  readonly source_id?: string;
  /** Columns of a CSV row or fields of a JSON line that the user asked to keep. */
  readonly [key: string]: unknown;
}

/** Payload fields that qdx reads; a collection that qdx did not make may keep them under other keys. */
export type PayloadField =
  | 'content'
  | 'source'
  | 'source_path'
  | 'source_file'
  | 'subdirectory'
  | 'start_line'
  | 'end_line'
  | 'language'
  | 'heading_path'
  | 'symbol_path'
  | 'symbols'
  | 'title'
  | 'source_id';

export interface Chunk {
  /** UUIDv5 of (source, source path, content hash, occurrence). */
  readonly id: string;
  /** What is embedded: the card's template over payload fields. */
  readonly text: string;
  /** Tokens of `text` with special tokens, by the model's own tokenizer. */
  readonly tokenCount: number;
  readonly payload: ChunkPayload;
}

/** How a corpus was cut: part of the collection's card. */
export interface ChunkingSettings {
  /** Raised when the same input would give other chunks. */
  readonly version: number;
  /** Upper limit of `tokenCount`: the model's. */
  readonly maxTokens: number;
  /** Tokens of content aimed at in documents; the whole text stays within `maxTokens` in any case. */
  readonly targetTokens: number;
  /** The same for source code. */
  readonly codeTargetTokens: number;
  /** A section of a document with fewer tokens than this is merged with a neighbour. */
  readonly minTokens: number;
  /** The same for a definition in source code. */
  readonly codeMinTokens: number;
  /** Id of the template that makes `text` from the payload. */
  readonly template: string;
}
