/**
 * Does a collection hold a file and nothing else already? Then nothing is overwritten: the same command, typed again.
 */
import { isDeepStrictEqual } from 'node:util';
import type { RunOptions } from '../../../lib/events.ts';
import type { CollectionCard } from '../../qdrant/collection/collection-card.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { compareWithFile, type FileInput, isSame } from './fill-from-file.ts';

/** Its card, its layout and every point of it are what the overwrite would make. */
export async function holdsFile(connection: Connection, input: FileInput, run: RunOptions): Promise<boolean> {
  const { plan, points } = input;
  const { current, existing, wanted, pointsNow } = plan;
  const isCandidate = pointsNow === points && wanted.takesOldPoints && isSameCard(existing.card, wanted.card);
  if (!isCandidate) return false;
  const { differences } = await compareWithFile(connection, input, { physical: current.physical }, run);
  return isSame(differences);
}

/** But for when, and by which qdx, it was made. */
function isSameCard(was: CollectionCard | null, wanted: CollectionCard): boolean {
  if (was === null) return false;
  const { createdAt, qdxVersion } = wanted;
  return isDeepStrictEqual({ ...was, createdAt, qdxVersion }, wanted);
}
