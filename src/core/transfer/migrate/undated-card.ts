/**
 * A card that is made anew has the date of its run: two runs of one migration are told by all the rest of it.
 */
import { parseJson, stringifyJson } from '../../../lib/json.ts';
import { cardKey } from '../../qdrant/collection/card-store.ts';
import type { CollectionDescription } from '../collection/collection-description.ts';

export const withUndatedCard = ({ metadata, ...rest }: CollectionDescription): CollectionDescription => ({
  ...rest,
  metadata: new Map([...metadata].map(([key, value]) => [key, key === cardKey ? undated(value) : value])),
});

function undated(card: Buffer): Buffer {
  const { createdAt: _createdAt, ...rest } = parseJson(card) as { readonly createdAt?: unknown };
  return Buffer.from(stringifyJson(rest));
}
