/**
 * Whether the names that were typed are those of anything: a mistyped one finds nothing to delete, and that must not read as
 * "all is clean".
 */
import type { RunOptions } from '../../../lib/events.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';
import { listCollections, missingCollection, publicNames } from '../../qdrant/collection/names.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';

/**
 * `left` are the names of what was found: something may be left of a name that leads nowhere any more. A version that is gone
 * is known by its name (`docs__1` where `docs` is): a script that cleans up every night deleted it itself.
 *
 * @throws QdxError `notFound` for the first name that neither a collection, an alias nor anything left behind goes by.
 */
export async function assertKnown(
  connection: Connection,
  { only, left }: { readonly only: readonly string[]; readonly left: readonly string[] },
  { signal }: RunOptions,
): Promise<void> {
  const open = only.filter((name) => !left.includes(name));
  if (open.length === 0) return;
  const listed = await listCollections(connection, signal);
  const names = listed.flatMap(({ physical, aliases }) => [physical, ...aliases]);
  const isKnown = (name: string) =>
    names.some((each) => each === name || versionOf(each, name) !== null || versionOf(name, each) !== null);
  const missing = open.find((name) => !isKnown(name));
  if (missing !== undefined) throw missingCollection(connection.url, missing, publicNames(listed));
}
