/**
 * Ids as they lie in JSON (`5`, `"0b5f…"`), and the order in which Qdrant scrolls: integers by value, then UUIDs by theirs.
 */

/** JSON text of an id; UUIDs in the server's spelling (lower case, hyphens), so that their text has their order. */
export type IdToken = string;

/** Below 0 where `a` comes first, as for sort. */
export function compareIds(a: IdToken, b: IdToken): number {
  const [aIsUuid, bIsUuid] = [a.startsWith('"'), b.startsWith('"')];
  if (aIsUuid !== bIsUuid) return aIsUuid ? 1 : -1;
  // Integers have no leading zeros: the longer one is larger.
  if (!aIsUuid && a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** For messages. */
export const displayId = (token: IdToken): string => token.replaceAll('"', '');
