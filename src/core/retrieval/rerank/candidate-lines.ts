/**
 * Candidates from elsewhere: JSON lines of `{"id", "text", "score"?}`, kept as the bytes they are, so that whatever else
 * stands in a line comes out again as it went in.
 */
import { type ByteLine, type ByteSource, readByteLines } from '../../../lib/byte-lines.ts';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { jsonFields } from '../../../lib/json-bytes.ts';
import { counted, formatCount } from '../../../lib/quantities.ts';
import { parseStrictJson } from '../../../lib/strict-json.ts';

export interface CandidateLine {
  /** 1-based. */
  readonly number: number;
  readonly id: string | number | bigint;
  readonly text: string;
  readonly score?: number;
  /** The whole object. */
  readonly bytes: Buffer;
}

export interface CandidateLines {
  /** In the order of the input. */
  readonly candidates: readonly CandidateLine[];
  /** Lines that are no candidates, with the reason as the end of a sentence. */
  readonly faults: readonly { readonly number: number; readonly fault: string }[];
}

/** All candidates of a query are held at once, since any of them may turn out the best. */
const limits = { lines: 10_000, lineBytes: 4 * 2 ** 20, totalBytes: 256 * 2 ** 20 } as const;

/** @throws QdxError `usage` beyond the limits; those of readByteLines where the file cannot be read. */
export async function readCandidateLines(source: ByteSource, run: RunOptions): Promise<CandidateLines> {
  const candidates: CandidateLine[] = [];
  const faults: { number: number; fault: string }[] = [];
  let totalBytes = 0;
  const options = { maxLineBytes: limits.lineBytes, longLines: 'mark', ...(run.signal && { signal: run.signal }) };
  for await (const line of readByteLines(source, options as Parameters<typeof readByteLines>[1])) {
    const found = candidateOf(line);
    if (found === null) continue;
    if ('fault' in found) faults.push(found);
    else candidates.push(found);
    totalBytes += line.bytes.length;
    if (candidates.length > limits.lines || totalBytes > limits.totalBytes) throw tooMany();
  }
  return { candidates, faults };
}

const tooMany = (): QdxError =>
  new QdxError(
    'usage',
    `there are more than ${counted(limits.lines, 'candidates')}, or more than 256 MiB of them: rerankers look at hundreds`,
    { hint: 'give the best of a first ranking: head -n 1000 candidates.jsonl | qdx rerank …' },
  );

type LineFault = CandidateLines['faults'][number];

/** Null for a blank line. */
function candidateOf({ number, bytes, isTooLong }: ByteLine): CandidateLine | LineFault | null {
  if (isTooLong) return { number, fault: `it is longer than ${formatCount(limits.lineBytes)} bytes` };
  const object = trimmed(bytes);
  if (object.length === 0) return null;
  try {
    const { value, duplicateKeys } = parseStrictJson(object);
    if (duplicateKeys.length > 0) return { number, fault: `it has ${JSON.stringify(duplicateKeys[0])} twice` };
    const fields = fieldsOf(value);
    return typeof fields === 'string' ? { number, fault: fields } : { number, bytes: object, ...fields };
  } catch (error) {
    if (error instanceof RangeError) return { number, fault: error.message };
    throw error;
  }
}

/** Or what is wrong with them. */
function fieldsOf(value: unknown): Pick<CandidateLine, 'id' | 'text' | 'score'> | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'it is no object';
  const { id, text, score } = value as Readonly<Record<string, unknown>>;
  const isId = typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint';
  if (!isId) return 'it has no "id" that is a text or a number';
  if (typeof text !== 'string' || text.trim() === '') return 'it has no "text" with anything in it';
  if (score === undefined) return { id, text };
  return typeof score === 'number' ? { id, text, score } : 'its "score" is no number';
}

/** A copy without the white space around it and a byte order mark. */
function trimmed(bytes: Buffer): Buffer {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let end = bytes.length;
  while (start < end && isSpace(bytes[start])) start++;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return Buffer.from(bytes.subarray(start, end));
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d;

/** The line with its place; every other byte of it as it came. A line that was reranked before has both replaced. */
export function rankedLine({ bytes }: CandidateLine, rank: number, rerankScore: number | undefined): string {
  const added = `"rank":${rank}${rerankScore === undefined ? '' : `,"rerankScore":${JSON.stringify(rerankScore)}`}}`;
  const fields = jsonFields(bytes);
  if (!fields.has('rank') && !fields.has('rerankScore'))
    return `${bytes.toString('utf8', 0, bytes.length - 1).trimEnd()},${added}`;
  const others = [...fields].filter(([key]) => key !== 'rank' && key !== 'rerankScore');
  return `{${others.map(([key, value]) => `${JSON.stringify(key)}:${value.toString('utf8')}`).join(',')},${added}`;
}
