/**
 * JSON from outside, read strictly: valid UTF-8 and well-formed text, bounded depth, integers exact, doubled keys found.
 */
import { parseJson } from './json.ts';
import { duplicateKeys } from './json-keys.ts';
import { isDeeperThan } from './json-scan.ts';

export interface StrictJson {
  readonly value: unknown;
  /** Keys that stand twice in one object (JSON.parse keeps the last), each once; mostly empty. */
  readonly duplicateKeys: readonly string[];
}

/** Deeper nesting is no data but an attack: whoever walks it recursively would run out of stack. */
const maxJsonDepth = 200;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** @throws RangeError with the reason as the end of a sentence: `it is not UTF-8`. */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  const text = decoded(bytes);
  if (isDeeperThan(text, maxJsonDepth)) throw new RangeError(`it is nested more than ${maxJsonDepth} levels deep`);
  const value = parsed(text);
  if (hasSurrogateEscape.test(text) && !isWellFormed(value)) {
    throw new RangeError('it holds half of a surrogate pair (\\ud800-\\udfff), which is no text');
  }
  return { value, duplicateKeys: duplicateKeys(text, value) };
}

const hasSurrogateEscape = /\\u[dD][89a-fA-F]/;

/** A leading byte order mark is dropped. */
function decoded(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new RangeError('it is not UTF-8');
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new RangeError(`it is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return !loneSurrogate.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => !loneSurrogate.test(key) && isWellFormed(inner));
}

const loneSurrogate = /\p{Surrogate}/u;
