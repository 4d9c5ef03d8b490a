/**
 * Walks over JSON text without parsing it: strings, and the brackets, numbers and signs between them.
 *
 * By hand and not by a regular expression, since a string may be tens of megabytes long.
 */
export interface JsonPart {
  readonly isString: boolean;
  readonly start: number;
  /** Exclusive; behind the closing quote of a string. */
  readonly end: number;
}

export function* jsonParts(text: string): Generator<JsonPart, void, undefined> {
  for (let at = 0; at < text.length;) {
    const open = text.indexOf('"', at);
    if (open !== at) yield { isString: false, start: at, end: open === -1 ? text.length : open };
    if (open === -1) return;
    at = endOfString(text, open);
    yield { isString: true, start: open, end: at };
  }
}

/** Behind the closing quote of the string that opens at `open`; the end of the text where none closes it. */
export function endOfString(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close !== -1; close = text.indexOf('"', close + 1)) {
    let backslashes = 0;
    while (text.charAt(close - 1 - backslashes) === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return close + 1;
  }
  return text.length;
}

/** Whether nesting goes beyond `limit` levels. */
export function isDeeperThan(text: string, limit: number): boolean {
  // Most text has fewer brackets than that in all.
  if (occurrences(text, '[', limit) + occurrences(text, '{', limit) <= limit) return false;
  let depth = 0;
  for (const { isString, start, end } of jsonParts(text)) {
    if (isString) continue;
    for (let at = start; at < end; at += 1) {
      const sign = text.charAt(at);
      if (sign === '[' || sign === '{') depth += 1;
      else if (sign === ']' || sign === '}') depth -= 1;
      if (depth > limit) return true;
    }
  }
  return false;
}

/** At most `enough` + 1. */
function occurrences(text: string, sign: string, enough: number): number {
  let count = 0;
  for (let at = text.indexOf(sign); at !== -1 && count <= enough; at = text.indexOf(sign, at + 1)) count += 1;
  return count;
}
