/**
 * The card of what a run writes: for a collection that it makes, and to compare with that of one that is there.
 */
import type { Settings } from '../../config/schema.ts';
import type { CollectionCard } from './collection-card.ts';

export type CardContent = Pick<
  CollectionCard,
  'model' | 'chunking' | 'lexical' | 'tokenVectors' | 'sources' | 'description' | 'qdxVersion'
>;

/** Names of vectors and payload keys are those of the settings. */
export function newCollectionCard(
  { vector, payloadKeys }: Pick<Settings, 'vector' | 'payloadKeys'>,
  { sources, ...content }: CardContent,
): CollectionCard {
  return {
    cardVersion: 1,
    ...content,
    vectorName: vector.name,
    sparseName: vector.sparseName === '' ? null : vector.sparseName,
    ...(Object.keys(payloadKeys).length > 0 && { payloadKeys }),
    sources: [...new Set(sources)].toSorted(),
    createdAt: new Date().toISOString(),
  };
}
