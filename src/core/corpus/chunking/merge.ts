/**
 * Second half of cutting: neighbouring pieces become chunks. Pieces of one section (or of one function) fill a chunk up;
 * sections and definitions of their own stay apart unless one of the two is small.
 */
import type { Piece } from './fit.ts';

export interface MergeContext {
  readonly text: string;
  readonly room: (path: readonly string[]) => number;
  /** A piece below this is small. */
  readonly minTokens: number;
}

export function mergePieces(pieces: readonly Piece[], context: MergeContext): Piece[] {
  // First within sections, so that a heading stays with its own text and not with what stands before it.
  const sections = fold(pieces, (last, next) => withinSection(last, next, context));
  // Then a short lead goes with what it leads into: a heading above subheadings, a comment above a class.
  const led = fold(sections, (last, next) =>
    isPrefix(last.path, next.path) && last.tokens < context.minTokens
      ? joined(last, next, next.path, context)
      : undefined,
  );
  return fold(led, (last, next) => acrossSections(last, next, context));
}

/** Merges each piece into the one before it where `merge` gives the two as one. */
function fold(pieces: readonly Piece[], merge: (last: Piece, next: Piece) => Piece | undefined): Piece[] {
  const merged: Piece[] = [];
  for (const next of pieces) {
    const last = merged.at(-1);
    const both = last === undefined ? undefined : merge(last, next);
    if (both === undefined) merged.push(next);
    else merged[merged.length - 1] = both;
  }
  return merged;
}

function withinSection(last: Piece, next: Piece, context: MergeContext): Piece | undefined {
  const isBlank = (piece: Piece): boolean => context.text.slice(piece.start, piece.end).trim() === '';
  // White space at a chunk's edge is not embedded, so it always fits.
  if (isBlank(next)) return { ...last, end: next.end };
  if (isBlank(last)) return { ...next, start: last.start };
  return isSamePath(last.path, next.path) ? joined(last, next, last.path, context) : undefined;
}

function acrossSections(last: Piece, next: Piece, context: MergeContext): Piece | undefined {
  const { minTokens } = context;
  if (last.tokens >= minTokens && next.tokens >= minTokens) return undefined;
  return joined(last, next, sharedPath(last, next, minTokens), context);
}

function joined(last: Piece, next: Piece, path: readonly string[], context: MergeContext): Piece | undefined {
  const tokens = last.tokens + next.tokens;
  return tokens <= context.room(path) ? { start: last.start, end: next.end, path, tokens } : undefined;
}

/**
 * Where a short lead leads into what it encloses (a heading and its first subsection, a comment and its function) the
 * inner path holds; where an enclosing thing closes (a lone brace) likewise; else what both share.
 */
function sharedPath(last: Piece, next: Piece, minTokens: number): readonly string[] {
  if (last.tokens < minTokens && isPrefix(last.path, next.path)) return next.path;
  if (next.tokens < minTokens && isPrefix(next.path, last.path)) return last.path;
  const differs = last.path.findIndex((name, index) => next.path[index] !== name);
  return differs === -1 ? last.path : last.path.slice(0, differs);
}

function isPrefix(short: readonly string[], long: readonly string[]): boolean {
  return short.length <= long.length && short.every((name, index) => long[index] === name);
}

function isSamePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && isPrefix(a, b);
}
