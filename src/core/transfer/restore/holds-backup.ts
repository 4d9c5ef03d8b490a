/**
 * Does a collection hold a backup and nothing else? Asked of what an earlier run restored from it, before it is restored again.
 */
import { isQdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { isBySnapshot } from '../backup-folder/manifest.ts';
import { describeCollection, descriptionDifferences } from '../collection/collection-description.ts';
import { digestCollection } from '../points/collection-digest.ts';
import { assertSamePoints } from '../compare/compare-parts.ts';
import type { RestoreItem } from './plan.ts';

export interface HoldsInput {
  readonly item: RestoreItem;
  readonly physical: string;
  readonly parallel: number;
}

/** Of its points, its configuration and its payload indexes; false as well where the backup does not say what it holds. */
export async function holdsBackup(
  connection: Connection,
  { item, physical, parallel }: HoldsInput,
  run: RunOptions,
): Promise<boolean> {
  const { collection, description } = item;
  if ((await countPoints(connection, physical, run)) !== collection.points) return false;
  const found = await describeCollection(connection, { physical, aliases: [] }, run);
  if (descriptionDifferences(description, found).length > 0) return false;
  if (isBySnapshot(collection)) {
    if (collection.pointsHash === null) return false;
    const { shardKeys } = description;
    const digest = await digestCollection(connection, { physical, shardKeys, parallel }, run);
    return digest.pointsHash === collection.pointsHash;
  }
  const compared = assertSamePoints(connection, { physical, collection, parallel }, run);
  return compared.then(
    () => true,
    (error: unknown) => {
      if (isQdxError(error) && error.kind === 'verification') return false;
      throw error;
    },
  );
}
