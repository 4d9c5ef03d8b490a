/**
 * Splits a line that is too long for one chunk: minified code, a paragraph on one line, a data blob.
 */
export interface LinePart {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
}

/** No tokenizer in use makes a token of more characters than this on ordinary text; it bounds the search. */
const maxCharsPerToken = 16;
/** Share of a part that may be given up to end it behind a space or a closing sign. */
const snapShare = 0.3;
const goodEnd = /[\s;,.)}\]>|]/;

/** Parts of at most `room` tokens each (one character at least), which put together are the text. */
export function splitLongLine(text: string, room: number, count: (text: string) => number): LinePart[] {
  const parts: LinePart[] = [];
  for (let start = 0; start < text.length;) {
    const end = partEnd(text, start, room, count);
    parts.push({ start, end, tokens: count(text.slice(start, end)) });
    start = end;
  }
  return parts;
}

function partEnd(text: string, start: number, room: number, count: (text: string) => number): number {
  let fits = start + 1;
  let tooFar = Math.min(text.length, start + room * maxCharsPerToken) + 1;
  while (tooFar - fits > 1) {
    const middle = (fits + tooFar) >> 1;
    if (count(text.slice(start, middle)) <= room) fits = middle;
    else tooFar = middle;
  }
  return fits >= text.length ? text.length : wholeCharacter(text, start, snapped(text, start, fits));
}

function snapped(text: string, start: number, end: number): number {
  const earliest = end - Math.floor((end - start) * snapShare);
  for (let at = end; at > earliest; at -= 1) if (goodEnd.test(text.charAt(at - 1))) return at;
  return end;
}

/** Moves an end off the middle of a surrogate pair or of \r\n. */
function wholeCharacter(text: string, start: number, end: number): number {
  const before = text.charCodeAt(end - 1);
  const splits = (before >= 0xd800 && before <= 0xdbff) || (before === 13 && text.charCodeAt(end) === 10);
  if (!splits) return end;
  return end - 1 > start ? end - 1 : end + 1;
}
