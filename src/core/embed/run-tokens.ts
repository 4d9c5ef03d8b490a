/**
 * Sign bits of token vectors that a run writes beside its vectors: as the collection keeps them, or is to.
 */
import { QdxError } from '../../lib/errors.ts';
import type { CollectionCard } from '../qdrant/collection/collection-card.ts';
import type { EnsuredCollection } from '../qdrant/collection/create-collection.ts';
import { type KeptTokens, layoutOfCard } from '../qdrant/collection/kept-tokens.ts';
import type { CollectionView } from './compare.ts';
import type { Embedder } from './embedder.ts';
import type { EmbedParams } from './params.ts';

/** What a collection will keep after this run: its own; where it has none, what the settings ask for by name. */
export const tokensAfter = ({ settings }: EmbedParams, existing: CollectionCard, card: CollectionCard): KeptTokens =>
  existing.tokenVectors ?? (settings.embed.tokenVectors === true ? card.tokenVectors : null);

export function tokensInView(card: CollectionCard | null): CollectionView['tokens'] {
  const layout = card && layoutOfCard(card);
  return card?.tokenVectors && layout ? { payloadKey: card.tokenVectors.payloadKey, layout } : null;
}

/** @throws QdxError `refused` where somebody else made the collection since this run looked for it. */
export function assertTokensOf({ name, card }: EnsuredCollection, { tokenWindow }: Embedder): void {
  if ((card.tokenVectors?.window ?? 0) === tokenWindow) return;
  throw new QdxError('refused', `collection ${name} keeps other token vectors than when this run began`, {
    hint: 'run the same command again',
  });
}
