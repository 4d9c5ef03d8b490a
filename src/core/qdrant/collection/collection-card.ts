/**
 * CollectionCard: what a collection's vectors mean, kept in the collection's own metadata under `qdx`.
 */
import type { ChunkingSettings, PayloadField } from '../../corpus/chunk.ts';
import type { ModelCard } from '../../models/cards/card.ts';
import type { LexicalSettings } from '../../lexical/lexical.ts';

export interface CollectionCard {
  readonly cardVersion: 1;
  readonly model: ModelCard;
  /** Other files, dtypes or backends of the same space whose vectors passed a parity check and are in here too. */
  readonly alsoEmbeddedBy?: readonly Pick<ModelCard, 'file' | 'sha256' | 'dtype'>[];
  /** Name of the dense vector; empty string for the unnamed one. */
  readonly vectorName: string;
  /** Name of the sparse vector; null where the collection has none. */
  readonly sparseName: string | null;
  readonly chunking: ChunkingSettings | null;
  readonly lexical: LexicalSettings | null;
  /** What is kept of token vectors, and where; null: nothing. */
  readonly tokenVectors: { readonly payloadKey: string; readonly window: number; readonly encoding: 'sign' } | null;
  /** Payload keys of collections that qdx did not make. Absent: qdx's own keys. */
  readonly payloadKeys?: Readonly<Partial<Record<PayloadField, string>>>;
  readonly sources: readonly string[];
  readonly description: string;
  readonly qdxVersion: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
}
