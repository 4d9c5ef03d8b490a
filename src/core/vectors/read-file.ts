/**
 * Reads a vectors file, or plain `{"id","vector","payload"}` lines, streaming: memory does not grow with the file.
 */
import { createHash } from 'node:crypto';
import { type ByteLine, readByteLines } from '../../lib/byte-lines.ts';
import { isQdxError, QdxError } from '../../lib/errors.ts';
import { NewerFormatError, parseFooterLine, parseHeaderLine } from './header.ts';
import { type ParsedRecord, parseRecord, type ParseOptions } from './parse-record.ts';
import type { VectorsFileFooter, VectorsFileHeader } from './record.ts';

/** A record of 65,536 dimensions and a payload of tens of megabytes pass; a file without newlines does not. */
const maxLineBytes = 64 * 1024 * 1024;
/** The bytes `"footer"`, by which a last line is told from a record without parsing both. */
const footerMark = Buffer.from('"footer"');
const longestFooterBytes = 1024;

/** One line of a file: a record, or why it is none. What `uploadRecords` takes. */
export type ReadRecord = ReadGoodRecord | UnreadableLine;

interface ReadGoodRecord extends ParsedRecord {
  readonly file: string;
  readonly line: number;
}

interface UnreadableLine {
  readonly file: string;
  readonly line: number;
  /** End of a sentence: `it is no JSON: …`. */
  readonly reason: string;
}

export interface ReadRecordsOptions {
  /** Length that every vector must have; absent: the header's dimension, or any in plain lines. */
  readonly dimension?: number;
  /** Make a UUIDv5 of ids that Qdrant does not take (plain lines only). */
  readonly hashIds?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The header of a vectors file; null where the first line is none (plain records).
 * @throws QdxError `notFound`; `verification` for a header of a newer version or a wrong shape.
 */
export async function readHeader(path: string, signal?: AbortSignal): Promise<VectorsFileHeader | null> {
  for await (const line of readByteLines(path, lineLimits(signal))) return headerOf(path, line);
  throw new QdxError('usage', `${path} is empty`, {
    hint: 'whatever should have written it wrote nothing: make it again',
  });
}

/**
 * Every record of a file, or the reason why a line is none. What makes a whole vectors file worthless is thrown:
 * no footer, a wrong checksum, a wrong count; only when the last record has been taken is the file known to be whole,
 * so whoever must write nothing of a broken one calls `verifyFile` first.
 * @throws QdxError `verification` naming file and line.
 */
export async function* readRecords(
  path: string,
  options: ReadRecordsOptions = {},
): AsyncGenerator<ReadRecord, void, undefined> {
  const { signal, dimension, hashIds } = options;
  const checker = createChecker(path);
  let parseOptions: ParseOptions | null = null;
  for await (const line of readByteLines(path, lineLimits(signal))) {
    const part = checker.take(line);
    parseOptions ??= {
      kind: checker.header?.kind ?? 'vectors',
      ...dimensionOf(dimension ?? checker.header?.model.dimension),
      ...(checker.header === null && hashIds && { hashIds }),
    };
    if (part === 'record') yield { ...parseOrReason(line, parseOptions), file: path, line: line.number };
  }
  checker.end();
}

/** A line beyond the limit costs plain lines one record; of a vectors file it is the end. */
const lineLimits = (signal: AbortSignal | undefined) =>
  ({ maxLineBytes, longLines: 'mark', ...(signal && { signal }) }) as const;

const tooLong = `it is longer than ${maxLineBytes / 2 ** 20} MiB`;

/** No header is as long as a line may be. */
const headerOf = (path: string, line: ByteLine): VectorsFileHeader | null =>
  line.isTooLong ? null : parsed(path, line, () => parseHeaderLine(line.bytes));

const dimensionOf = (dimension: number | undefined) => (dimension === undefined ? {} : { dimension });

export interface VerifiedFile {
  readonly path: string;
  readonly header: VectorsFileHeader;
  readonly footer: VectorsFileFooter;
}

/**
 * Reads a vectors file once for its checksum and its count, without parsing records.
 * @throws QdxError `verification` for what is not whole, `usage` for what is no vectors file.
 */
export async function verifyFile(path: string, signal?: AbortSignal): Promise<VerifiedFile> {
  const checker = createChecker(path);
  for await (const line of readByteLines(path, lineLimits(signal))) checker.take(line);
  const footer = checker.end();
  if (!checker.header || !footer)
    throw new QdxError('usage', `${path} is no vectors file: its first line is no header`, {
      hint: 'plain {"id","vector","payload"} lines need --model <name>',
    });
  return { path, header: checker.header, footer };
}

/** Follows the lines of one file: which they are, and whether they add up. */
function createChecker(path: string) {
  const hash = createHash('sha256');
  let header: VectorsFileHeader | null | undefined;
  let footer: VectorsFileFooter | null = null;
  let records = 0;
  return {
    /** Null for plain lines. */
    get header() {
      return header ?? null;
    },
    take(line: ByteLine): 'header' | 'record' | 'footer' | 'blank' {
      if (header === undefined) {
        header = headerOf(path, line);
        if (header) {
          hash.update(line.bytes).update('\n');
          return 'header';
        }
      }
      if (footer) throw broken(path, `line ${line.number} stands behind the footer`);
      if (header && line.isTooLong) throw broken(path, `line ${line.number}: ${tooLong}`);
      if (header && looksLikeFooter(line.bytes)) {
        footer = parsed(path, line, () => parseFooterLine(line.bytes));
        if (footer) return 'footer';
      }
      if (header) hash.update(line.bytes).update(line.isEnded ? '\n' : '');
      else if (!line.isTooLong && line.bytes.toString('latin1', 0, 80).trim() === '') return 'blank';
      records++;
      return 'record';
    },
    end(): VectorsFileFooter | null {
      if (header) assertWhole({ path, header, footer, records, sha256: hash.digest('hex') });
      return footer;
    },
  };
}

const looksLikeFooter = (bytes: Buffer): boolean => bytes.length <= longestFooterBytes && bytes.includes(footerMark);

interface Whole {
  readonly path: string;
  readonly header: VectorsFileHeader;
  readonly footer: VectorsFileFooter | null;
  readonly records: number;
  readonly sha256: string;
}

function assertWhole({ path, header, footer, records, sha256 }: Whole): void {
  if (!footer)
    throw broken(path, `it has no footer after ${records} of ${header.count} records: its writer was cut off`);
  if (footer.count !== records || header.count !== records + (footer.rejected ?? 0))
    throw broken(path, `it holds ${records} records; its header says ${header.count}, its footer ${footer.count}`);
  if (footer.sha256 !== sha256)
    throw broken(path, `its bytes are not those that were written: sha256 ${sha256}, the footer says ${footer.sha256}`);
}

const broken = (path: string, reason: string): QdxError =>
  new QdxError('verification', `${path} is no complete vectors file: ${reason}`, {
    hint: 'make it again, or copy it again from where it was made',
    details: { path },
  });

function parsed<T>(path: string, line: ByteLine, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof NewerFormatError)
      throw new QdxError('verification', `${path} ${error.message}`, {
        hint: 'update qdx: npm install --global qdx@latest',
      });
    if (error instanceof RangeError) throw broken(path, `line ${line.number}: ${error.message}`);
    throw error;
  }
}

function parseOrReason(line: ByteLine, options: ParseOptions): ParsedRecord | { readonly reason: string } {
  if (line.isTooLong) return { reason: tooLong };
  try {
    return parseRecord(line.bytes, options);
  } catch (error) {
    if (error instanceof RangeError || isQdxError(error)) return { reason: error.message };
    throw error;
  }
}
