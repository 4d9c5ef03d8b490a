/**
 * CorpusReader: the port from a file to documents. One adapter for each kind of file; readers/registry.ts lists them.
 */
import type { ChunkingSettings } from '../chunk.ts';
import type { Document } from '../document.ts';
import type { SkipReason } from '../skips.ts';

export interface SourceFile {
  readonly absolutePath: string;
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Last segment of `path`. */
  readonly name: string;
}

export interface CsvOptions {
  /** Columns whose text is embedded; absent: all but the id column and those kept. */
  readonly textColumns?: readonly string[];
  readonly idColumn?: string;
  /** Columns that go into the payload as they are. */
  readonly keepColumns?: readonly string[];
  /** Absent: tab for .tsv, else the most frequent of `,` `;` tab and `|` in the first line. */
  readonly delimiter?: string;
}

export interface JsonlOptions {
  /** Field whose text is embedded; absent: the first of text, content, body, document that the first record has. */
  readonly textField?: string;
  /** Absent: `_id` or `id`, where the first record has one. */
  readonly idField?: string;
  /** Fields that go into the payload as they are. */
  readonly keepFields?: readonly string[];
}

export interface ReaderOptions {
  readonly csv?: CsvOptions;
  readonly jsonl?: JsonlOptions;
}

export interface ReadContext {
  readonly options: ReaderOptions;
  readonly chunking: ChunkingSettings;
  readonly maxFileBytes: number;
  readonly includeSecrets: boolean;
  /** A record or file that cannot be read; reading goes on. */
  readonly onSkip: (reason: SkipReason, example: string) => void;
  readonly onNote: (message: string) => void;
  readonly onWarning: (message: string) => void;
  readonly signal?: AbortSignal;
}

export interface CorpusReader {
  /** Documents of a file in order; a file read as records gives one for each. */
  read(file: SourceFile, context: ReadContext): AsyncIterable<Document>;
}
