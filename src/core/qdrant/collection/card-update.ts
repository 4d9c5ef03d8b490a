/**
 * What a run adds to the card of a collection that it writes to.
 */
import type { Connection } from '../connection/connection.ts';
import { writeCard } from './card-store.ts';
import type { CollectionCard } from './collection-card.ts';
import { isKnownFile } from './collection-fit.ts';

/**
 * Records in the card that vectors of this card's model file, and points of these sources, are in the collection; and,
 * where it keeps no token vectors and those of `tokenVectors` are added to it, how they are kept.
 */
export async function addToCard(
  connection: Connection,
  { physical, card: existing }: { readonly physical: string; readonly card: CollectionCard },
  given: CollectionCard,
  tokenVectors: CollectionCard['tokenVectors'] = null,
): Promise<CollectionCard> {
  const { file, sha256, dtype } = given.model;
  const known = existing.alsoEmbeddedBy ?? [];
  const alsoEmbeddedBy = isKnownFile(existing, given.model) ? known : [...known, { file, sha256, dtype }];
  const card: CollectionCard = {
    ...existing,
    ...(alsoEmbeddedBy.length > 0 && { alsoEmbeddedBy }),
    sources: [...new Set([...existing.sources, ...given.sources])].toSorted(),
    description: existing.description || given.description,
    chunking: given.chunking ?? existing.chunking,
    tokenVectors: existing.tokenVectors ?? tokenVectors,
  };
  if (JSON.stringify(card) !== JSON.stringify(existing)) await writeCard(connection, physical, card);
  return card;
}
