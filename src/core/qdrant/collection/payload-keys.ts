/**
 * qdx's payload fields under the names that somebody else's collection has for them.
 */
import type { PayloadField } from '../../corpus/chunk.ts';
import type { CollectionCard } from './collection-card.ts';

export type PayloadKeys = NonNullable<CollectionCard['payloadKeys']>;

/** The key under which a collection keeps a field. */
export const keyOf = (field: PayloadField, keys: PayloadKeys | undefined): string => keys?.[field] ?? field;

/** A payload with qdx's own keys, renamed to the collection's. */
export function toStoredPayload(
  payload: Readonly<Record<string, unknown>>,
  keys: PayloadKeys | undefined,
): Readonly<Record<string, unknown>> {
  if (!keys || Object.keys(keys).length === 0) return payload;
  const names = keys as Readonly<Record<string, string | undefined>>;
  return Object.fromEntries(Object.entries(payload).map(([key, value]) => [names[key] ?? key, value]));
}
