/**
 * First half of cutting: blocks become pieces that fit a chunk, by going down into a block's parts, then its
 * paragraphs, then its lines, and at last inside a line.
 */
import type { Block } from '../document.ts';
import type { TextLines } from './lines.ts';
import { paragraphStarts, rangesFrom } from './paragraphs.ts';
import { splitLongLine } from './split-line.ts';
import type { TokenCounts } from './token-counts.ts';

/** A run of characters with its context: what becomes a chunk, alone or merged with its neighbours. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly path: readonly string[];
  /** Estimated tokens of its content. */
  readonly tokens: number;
}

export interface FitContext {
  readonly lines: TextLines;
  readonly counts: TokenCounts;
  readonly count: (text: string) => number;
  /** Tokens that the content of a chunk with this path may have. */
  readonly room: (path: readonly string[]) => number;
}

export function fitBlocks(blocks: readonly Block[], context: FitContext): Piece[] {
  return blocks.flatMap((block) => fitBlock(block, context));
}

function fitBlock(block: Block, context: FitContext): Piece[] {
  const { lines, counts } = context;
  const tokens = counts.between(block.start, block.end);
  if (tokens <= context.room(block.path)) {
    return [{ start: lines.offset(block.start), end: lines.offset(block.end), path: block.path, tokens }];
  }
  const parts = smallerParts(block, lines);
  if (parts.length > 1) return fitBlocks(parts, context);
  return splitLine(block, context);
}

/** A block's own parts; else its paragraphs; else its lines. */
function smallerParts(block: Block, lines: TextLines): readonly Block[] {
  const own = block.parts?.() ?? [];
  if (own.length > 1) return own;
  const starts = paragraphStarts(block, lines);
  const bounds = starts.length > 1 ? starts : everyLine(block);
  return rangesFrom(bounds, block.end).map((range) => ({ ...range, path: block.path }));
}

function everyLine({ start, end }: Block): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

function splitLine(block: Block, context: FitContext): Piece[] {
  const start = context.lines.offset(block.start);
  const text = context.lines.slice(block.start, block.end);
  return splitLongLine(text, Math.max(1, context.room(block.path)), context.count).map((part) => ({
    start: start + part.start,
    end: start + part.end,
    path: block.path,
    tokens: part.tokens,
  }));
}
