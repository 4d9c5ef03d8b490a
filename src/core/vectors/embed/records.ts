/**
 * Chunks of a spool -> records with vectors, in order, several under way at once.
 */
import type { OnEvent } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import type { Chunk } from '../../corpus/chunk.ts';
import { type PayloadKeys, toStoredPayload } from '../../qdrant/collection/payload-keys.ts';
import type { LexicalEncoder } from '../../retrieval/lexical.ts';
import type { VectorRecord } from '../record.ts';
import type { EmbeddedText, Embedder } from './embedder.ts';

export interface RecordShape {
  /** Null: no terms. */
  readonly lexical: LexicalEncoder | null;
  readonly sparseName: string | null;
  readonly payloadKeys?: PayloadKeys;
}

/** Running totals of the embedding stage. */
export interface EmbedCounts {
  cached: number;
  embedded: number;
  truncated: number;
  tokens: number;
  /** performance.now() of the last vector. */
  lastVectorAtMs: number;
}

export const noCounts = (): EmbedCounts => ({
  cached: 0,
  embedded: 0,
  truncated: 0,
  tokens: 0,
  lastVectorAtMs: performance.now(),
});

export interface RecordsInput {
  readonly chunks: AsyncIterable<Chunk>;
  readonly embedder: Embedder;
  readonly shape: RecordShape;
  readonly counts: EmbedCounts;
  /** Texts that the cache does not have, for the ETA. */
  readonly expectedNew: number;
  readonly onEvent?: OnEvent;
}

export async function* embedRecords(input: RecordsInput): AsyncGenerator<VectorRecord, void, undefined> {
  const { chunks, embedder, shape, counts } = input;
  const embed = async (chunk: Chunk) => ({ chunk, embedded: await embedder.embed(chunk.text) });
  for await (const { chunk, embedded } of mapOrdered(chunks, embed, { inFlight: () => embedder.inFlight })) {
    count(counts, embedded);
    if (!embedded.isCached) announce(input);
    yield { ...recordOf(chunk, shape), vector: embedded.vector };
  }
}

/** A record without its vector. */
export function recordOf({ id, payload }: Chunk, shape: RecordShape): Omit<VectorRecord, 'vector'> {
  const { lexical, sparseName, payloadKeys } = shape;
  return {
    id,
    payload: toStoredPayload(payload, payloadKeys),
    ...(lexical && sparseName !== null && { vectors: { [sparseName]: lexical.document(payload) } }),
  };
}

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
