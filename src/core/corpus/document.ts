/**
 * Document: what a reader makes of a file (or of one record of it), before it is cut into chunks.
 */

/** A run of whole lines that belongs together. */
export interface Block {
  /** 0-based line of the document. */
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Headings or symbols around it, outermost first, its own name included. */
  readonly path: readonly string[];
  /** Smaller blocks that cover the same lines, asked for when the block is too large for one chunk. */
  readonly parts?: () => readonly Block[];
}

/** A name that a document defines, at its character offset. */
export interface Definition {
  readonly name: string;
  readonly offset: number;
}

export interface Document {
  /** Exactly as read, a leading byte order mark aside. */
  readonly text: string;
  /** In order, covering every line of `text`. */
  readonly blocks: readonly Block[];
  readonly language: string;
  /** Decides the size aimed at, and whether block paths are headings or symbols. */
  readonly kind: 'prose' | 'code';
  readonly title?: string;
  /** Code: names defined in it, in order. */
  readonly definitions?: readonly Definition[];
  /** Lines of the file that a record came from (1-based, inclusive); absent: the text's own lines, counted from 1. */
  readonly lines?: { readonly start: number; readonly end: number };
  /** Reported line numbers by the text's own 0-based lines, where they differ (docling: item numbers). */
  readonly numbering?: readonly number[];
  readonly sourceId?: string;
  /** Further payload fields: kept columns, docling's origin. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Frees what `parts` holds on to. */
  readonly dispose?: () => void;
}
