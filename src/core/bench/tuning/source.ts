/**
 * The dense vectors that are tuned: where they are, how they are compared, which model made them.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { ModelCard } from '../../models/cards/card.ts';
import { cardOf } from '../../qdrant/collection/card-store.ts';
import { type CollectionInfo, denseVectors, readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import { resolveCollection } from '../../qdrant/collection/names.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';

export interface VectorSource {
  readonly name: string;
  readonly physical: string;
  /** Empty for the unnamed vector. */
  readonly vectorName: string;
  readonly dimension: number;
  readonly distance: string;
  readonly points: number;
  /** Null without a card: nobody knows what to encode queries with. */
  readonly model: ModelCard | null;
  readonly info: CollectionInfo;
}

/** @param vectorName Of collections without a card. @throws QdxError `usage` where there is no such dense vector, or no point. */
export async function readSource(
  connection: Connection,
  name: string,
  vectorName: string,
  { signal }: RunOptions,
): Promise<VectorSource> {
  const { physical } = await resolveCollection(connection, name, signal);
  const info = await readCollectionInfo(connection, physical, signal);
  const card = await cardOf(connection, physical, info);
  const vectors = denseVectors(info);
  const names = Object.keys(vectors);
  const [only] = names;
  const wanted = card?.vectorName ?? (names.length === 1 && only !== undefined ? only : vectorName);
  const vector = Object.hasOwn(vectors, wanted) ? vectors[wanted] : undefined;
  if (!vector || (vector.multivector_config !== undefined && vector.multivector_config !== null))
    throw new QdxError(
      'usage',
      `${name} has no dense vector ${JSON.stringify(wanted)} to tune; it has ${names.join(', ') || 'none'}`,
    );
  const points = await countPoints(connection, physical, signal ? { signal } : {});
  if (points === 0) throw new QdxError('usage', `${name} has no points: there is nothing to measure`);
  const { size: dimension, distance } = vector;
  return { name, physical, vectorName: wanted, dimension, distance, points, model: card?.model ?? null, info };
}
