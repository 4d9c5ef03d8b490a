/**
 * Lines of an input file with their numbers, and the error of a line that cannot be used.
 */
import type { Hash } from 'node:crypto';
import { TextDecoder } from 'node:util';
import { readByteLines } from '../../../lib/byte-lines.ts';
import { QdxError } from '../../../lib/errors.ts';
import { isFault, readJsonl } from '../../../lib/jsonl.ts';

export interface InputFile {
  readonly path: string;
  /** Takes every byte that is read. */
  readonly hash: Hash;
  readonly signal?: AbortSignal;
}

export interface TextLine {
  readonly text: string;
  /** 1-based. */
  readonly number: number;
}

const maxLineBytes = 16 * 1024 * 1024;

/** Lines that are not blank, without their ends. @throws QdxError as the file cannot be read, `usage` where it is not UTF-8. */
export async function* textLines(file: InputFile): AsyncGenerator<TextLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const { bytes, number } of readByteLines(file.path, { maxLineBytes, ...signalOf(file) })) {
    file.hash.update(bytes).update('\n');
    const text = decodeLine(decoder, bytes, file.path, number).replace(/\r$/, '');
    if (text.trim() !== '') yield { text, number };
  }
}

function decodeLine(decoder: TextDecoder, bytes: Uint8Array, path: string, number: number): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw lineError(path, number, 'it is not UTF-8');
  }
}

export interface ObjectLine {
  readonly value: Readonly<Record<string, unknown>>;
  readonly number: number;
}

/** @throws QdxError `usage` for a line that is no JSON object. */
export async function* objectLines(file: InputFile): AsyncGenerator<ObjectLine> {
  for await (const line of readJsonl(file.path, { maxLineBytes, ...signalOf(file) })) {
    if (isFault(line)) throw lineError(file.path, line.number, line.fault);
    if (typeof line.value !== 'object' || line.value === null || Array.isArray(line.value))
      throw lineError(file.path, line.number, 'it is no JSON object');
    file.hash.update(
      JSON.stringify(line.value, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    );
    yield { value: line.value as Readonly<Record<string, unknown>>, number: line.number };
  }
}

/** @param fault End of a sentence: `it has no "query"`. */
export const lineError = (path: string, number: number, fault: string, hint?: string): QdxError =>
  new QdxError('usage', `${path} line ${number}: ${fault}`, {
    details: { path, line: number },
    ...(hint !== undefined && { hint }),
  });

/** A text that is not blank, or the number that stands for one. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

const signalOf = ({ signal }: InputFile): { signal?: AbortSignal } => (signal ? { signal } : {});
