/**
 * Cuts a document into chunks: never above the model's limit, never losing a character.
 */
import { sha256Hex } from '../../../lib/hash.ts';
import type { Chunk, ChunkPayload } from '../chunk.ts';
import type { Document } from '../document.ts';
import { chunkId } from '../ids.ts';
import { embeddedText, writtenContent } from '../template.ts';
import { type FileIdentity, type FrameContext, payloadFrames, type PayloadFrame } from './frame.ts';
import { fitBlocks, type Piece } from './fit.ts';
import { textLines, type TextLines } from './lines.ts';
import { mergePieces } from './merge.ts';
import { halves } from './halves.ts';
import { tokenCounts } from './token-counts.ts';

export interface CutContext extends FrameContext {
  /** How often each content hash came before in this file; updated here. */
  readonly occurrences: Map<string, number>;
}

/** Content of a chunk must be able to hold this many tokens, or its path and headings leave no room. */
const leastRoom = 8;

/**
 * In steps of a few milliseconds: null is one after which there is no chunk yet. Whoever takes them may let others run between.
 * @returns none for blank text; undefined where path and title alone use up the model's limit.
 */
export function cutDocument(
  document: Document,
  file: FileIdentity,
  context: CutContext,
): Iterable<Chunk | null> | undefined {
  const frames = payloadFrames(document, file, context);
  if (frames([]).room < leastRoom) return undefined;
  return cutSteps({ document, lines: textLines(document.text), frames, context });
}

function* cutSteps(cutting: Cutting): Generator<Chunk | null, void, undefined> {
  const { document, lines, frames, context } = cutting;
  const { minTokens, codeMinTokens, template } = context.chunking;
  const room = (path: readonly string[]): number => frames(path).room;
  const written = writtenContent(frames([]).fields, template);
  const count = (text: string): number => context.tokenizer.count(written(text));
  const counts = yield* tokenCounts(lines, { count });
  const pieces = fitBlocks(document.blocks, { lines, counts, count, room });
  const least = document.kind === 'code' ? codeMinTokens : minTokens;
  for (const piece of mergePieces(pieces, { text: document.text, room, minTokens: least }))
    if (document.text.slice(piece.start, piece.end).trim() !== '') yield* chunksOf(piece, cutting);
}

interface Cutting {
  readonly document: Document;
  readonly lines: TextLines;
  readonly frames: (path: readonly string[]) => PayloadFrame;
  readonly context: CutContext;
}

function chunksOf(piece: Piece, cutting: Cutting): Chunk[] {
  const { document, lines, frames, context } = cutting;
  const content = document.text.slice(piece.start, piece.end);
  const fields = { ...frames(piece.path).fields, content };
  const text = embeddedText(fields, context.chunking.template);
  const tokenCount = context.tokenizer.count(context.documentPrefix + text) + context.tokenizer.specialTokens;
  const two = tokenCount > context.chunking.maxTokens ? halves(document.text, piece) : undefined;
  if (two !== undefined) return two.flatMap((half) => chunksOf(half, cutting));
  const payload: ChunkPayload = {
    ...fields,
    ...lineRange(piece, document, lines),
    ...symbolsOf(piece, document),
    content_hash: sha256Hex(content),
    ...(document.sourceId === undefined ? {} : { source_id: document.sourceId }),
  };
  return [{ id: nextId(payload, context.occurrences), text, tokenCount, payload }];
}

function lineRange(piece: Piece, { lines: fixed, numbering }: Document, lines: TextLines) {
  if (fixed !== undefined) return { start_line: fixed.start, end_line: fixed.end };
  const first = lines.lineAt(piece.start);
  const last = lines.lineAt(Math.max(piece.start, piece.end - 1));
  return { start_line: numbering?.[first] ?? first + 1, end_line: numbering?.[last] ?? last + 1 };
}

function symbolsOf(piece: Piece, document: Document): { readonly symbols?: readonly string[] } {
  if (document.kind !== 'code') return {};
  const inside = (document.definitions ?? []).filter(({ offset }) => offset >= piece.start && offset < piece.end);
  const names = [...new Set(inside.map((definition) => definition.name))];
  return names.length === 0 ? {} : { symbols: names };
}

function nextId(
  { source, source_path: sourcePath, content_hash: contentHash }: ChunkPayload,
  seen: Map<string, number>,
) {
  const occurrence = seen.get(contentHash) ?? 0;
  seen.set(contentHash, occurrence + 1);
  return chunkId({ source, sourcePath, contentHash, occurrence });
}
