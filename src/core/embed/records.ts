/**
 * Chunks of a spool -> records with vectors, in order, several under way at once.
 */
import type { OnEvent } from '../../lib/events.ts';
import { mapOrdered } from '../../lib/ordered-map.ts';
import type { Chunk } from '../corpus/chunk.ts';
import { TextCrashError } from '../models/text-crash.ts';
import { type PayloadKeys, toStoredPayload } from '../qdrant/collection/payload-keys.ts';
import type { LexicalEncoder } from '../lexical/lexical.ts';
import { packTokenBits, type TokenLayout } from '../vectors/packed-tokens.ts';
import type { VectorRecord } from '../vectors/record.ts';
import type { EmbeddedText, Embedder } from './embedder.ts';
import type { RejectedChunks } from './rejected-chunks.ts';

export interface RecordShape {
  /** Null: no terms. */
  readonly lexical: LexicalEncoder | null;
  readonly sparseName: string | null;
  readonly payloadKeys?: PayloadKeys;
  /** Of the sign bits that the embedder makes; null: none are kept. */
  readonly tokens: TokenLayout | null;
}

/** Running totals of the embedding stage. */
export interface EmbedCounts {
  cached: number;
  embedded: number;
  truncated: number;
  /** Given up: see TextCrashError. */
  failed: number;
  tokens: number;
  /** performance.now() of the last vector. */
  lastVectorAtMs: number;
}

export const noCounts = (): EmbedCounts => ({
  cached: 0,
  embedded: 0,
  truncated: 0,
  failed: 0,
  tokens: 0,
  lastVectorAtMs: performance.now(),
});

export interface RecordsInput {
  readonly chunks: AsyncIterable<Chunk>;
  readonly embedder: Embedder;
  readonly shape: RecordShape;
  readonly counts: EmbedCounts;
  readonly rejects: RejectedChunks;
  /** Texts that the cache does not have, for the ETA. */
  readonly expectedNew: number;
  readonly onEvent?: OnEvent;
}

/**
 * A chunk that native code cannot survive is left out, counted and named.
 * @throws QdxError that of the chunk, where one after the other fails: then it is not the text.
 */
export async function* embedRecords(input: RecordsInput): AsyncGenerator<VectorRecord, void, undefined> {
  const { chunks, embedder, shape, counts, rejects } = input;
  const embed = async (chunk: Chunk) => ({ chunk, embedded: await embedOrReason(embedder, chunk) });
  let crashesInARow = 0;
  for await (const { chunk, embedded } of mapOrdered(chunks, embed, { inFlight: () => embedder.inFlight })) {
    if (embedded instanceof TextCrashError) {
      if (++crashesInARow >= mostCrashesInARow) throw embedded;
      counts.failed++;
      rejects.add(chunk, embedded.message);
      continue;
    }
    if (!embedded.isCached) crashesInARow = 0;
    count(counts, embedded);
    if (!embedded.isCached) announce(input);
    yield { ...recordOf(chunk, shape), vector: embedded.vector, ...packed(embedded, shape) };
  }
}

/** The same records once the first is there; null where there is none: all that was to be embedded failed. */
export async function startOf(
  records: AsyncGenerator<VectorRecord, void, undefined>,
): Promise<AsyncGenerator<VectorRecord, void, undefined> | null> {
  const first = await records.next();
  if (first.done) return null;
  const { value } = first;
  return (async function* () {
    yield value;
    yield* records;
  })();
}

/** More than a few hostile texts side by side are no accident: the model, or the machine, is broken. */
const mostCrashesInARow = 5;

const embedOrReason = (embedder: Embedder, { text }: Chunk): Promise<EmbeddedText | TextCrashError> =>
  embedder.embed(text).catch((error: unknown) => {
    if (error instanceof TextCrashError) return error;
    throw error;
  });

/** A record without its vector. */
export function recordOf({ id, payload }: Chunk, shape: RecordShape): Omit<VectorRecord, 'vector'> {
  const { lexical, sparseName, payloadKeys } = shape;
  return {
    id,
    payload: toStoredPayload(payload, payloadKeys),
    ...(lexical && sparseName !== null && { vectors: { [sparseName]: lexical.document(payload) } }),
  };
}

const packed = ({ tokenBits }: EmbeddedText, { tokens }: RecordShape): Pick<VectorRecord, 'tokenVectors'> =>
  tokens && tokenBits ? { tokenVectors: packTokenBits(tokenBits, tokens) } : {};

function count(counts: EmbedCounts, { isCached, truncated, tokenCount }: EmbeddedText): void {
  counts.lastVectorAtMs = performance.now();
  if (truncated) counts.truncated++;
  if (isCached) counts.cached++;
  else {
    counts.embedded++;
    counts.tokens += tokenCount;
  }
}

function announce({ counts, expectedNew, onEvent }: RecordsInput): void {
  onEvent?.({
    type: 'progress',
    stage: 'embedding',
    done: counts.embedded,
    total: Math.max(expectedNew, counts.embedded),
    unit: 'chunks',
    tokens: counts.tokens,
  });
}
