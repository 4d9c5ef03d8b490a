/**
 * Keys that stand twice in one object of a JSON text: JSON.parse keeps the last and says nothing.
 */
import { endOfString, jsonParts } from './json-scan.ts';

/** `value` is what the text parses to: only where it has fewer keys than the text is the text read again. */
export function duplicateKeys(text: string, value: unknown): readonly string[] {
  return keysInText(text) === keysInValue(value) ? [] : findDuplicates(text);
}

/** Strings that a colon follows. Hops from quote to quote, so that long runs of numbers cost nothing. */
function keysInText(text: string): number {
  let count = 0;
  for (let open = text.indexOf('"'); open !== -1;) {
    const behind = endOfString(text, open);
    if (isColonNext(text, behind)) count += 1;
    open = text.indexOf('"', behind);
  }
  return count;
}

function isColonNext(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at += 1;
  return text.charAt(at) === ':';
}

function keysInValue(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  // The elements of an array of numbers (a vector) have no keys.
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + keysInValue(item), 0);
  const inner = Object.values(value);
  return inner.length + inner.reduce<number>((sum, item) => sum + keysInValue(item), 0);
}

function findDuplicates(text: string): string[] {
  const open: (Set<string> | undefined)[] = [];
  const doubled = new Set<string>();
  for (const { isString, start, end } of jsonParts(text)) {
    if (!isString) followBrackets(text.slice(start, end), open);
    else if (isColonNext(text, end)) {
      const key = JSON.parse(text.slice(start, end)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) doubled.add(key);
      keys?.add(key);
    }
  }
  return [...doubled];
}

/** Keeps the keys seen in each open object; an array has none. */
function followBrackets(between: string, open: (Set<string> | undefined)[]): void {
  for (const sign of between) {
    if (sign === '{') open.push(new Set());
    else if (sign === '[') open.push(undefined);
    else if (sign === ']' || sign === '}') open.pop();
  }
}
