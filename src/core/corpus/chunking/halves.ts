/**
 * Halves a piece whose real token count turned out above its estimate.
 */
import type { Piece } from './fit.ts';

/** Two pieces with text in both, cut at the line end nearest the middle; undefined where one character is left. */
export function halves(text: string, piece: Piece): readonly [Piece, Piece] | undefined {
  const content = text.slice(piece.start, piece.end);
  const first = piece.start + content.length - content.trimStart().length;
  const last = piece.start + content.trimEnd().length;
  const cut = cutBetween(text, first, last);
  if (cut === undefined) return undefined;
  const tokens = piece.tokens / 2;
  return [
    { ...piece, end: cut, tokens },
    { ...piece, start: cut, tokens },
  ];
}

/** Strictly between first and last, both of which stand at text that is not white space. */
function cutBetween(text: string, first: number, last: number): number | undefined {
  const middle = (first + last) >> 1;
  const before = text.lastIndexOf('\n', middle - 1) + 1;
  const after = text.indexOf('\n', middle) + 1;
  const lineEnds = [before, after].filter((at) => at > first && at < last);
  const nearest = lineEnds.toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
  if (nearest !== undefined) return nearest;
  const isPair = text.charCodeAt(middle) >= 0xdc00 && text.charCodeAt(middle) <= 0xdfff;
  const inside = isPair ? middle + 1 : middle;
  return inside > first && inside < last ? inside : undefined;
}
