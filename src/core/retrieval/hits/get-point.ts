/**
 * One point by its id, as a search shows it, with the lines of its file around it.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { parsePointId } from '../../corpus/ids.ts';
import { cardOf } from '../../qdrant/collection/card-store.ts';
import { readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import { type PayloadKeys } from '../../qdrant/collection/payload-keys.ts';
import { retrievePoints } from '../../qdrant/collection/points.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { addContext } from './add-context.ts';
import type { Hit } from './hit.ts';
import { describedOf, type Described } from './to-hit.ts';

export interface GetPointParams {
  readonly collection: string;
  /** UUID or unsigned integer. */
  readonly id: string | number | bigint;
  readonly contextLines: number;
  /** For a collection without a card. */
  readonly payloadKeys: PayloadKeys;
}

export interface PointInContext extends Described, Pick<Hit, 'collection' | 'id' | 'before' | 'after'> {
  readonly payload: Readonly<Record<string, unknown>>;
  /** The keys under which this collection keeps qdx's fields. */
  readonly payloadKeys: PayloadKeys;
}

/** @throws QdxError `notFound` for a point that is not there, `usage` for what is no id. */
export async function getPoint(
  connection: Connection,
  { collection, id, contextLines, payloadKeys }: GetPointParams,
  run: RunOptions = {},
): Promise<PointInContext> {
  const pointId = parsePointId(id);
  const info = await readCollectionInfo(connection, collection, run.signal);
  const card = await cardOf(connection, collection, info);
  const keys = card ? (card.payloadKeys ?? {}) : payloadKeys;
  const [point] = await retrievePoints(connection, collection, [pointId], run.signal ? { signal: run.signal } : {});
  if (!point)
    throw new QdxError('notFound', `there is no point ${String(pointId)} in ${collection}`, {
      hint: 'points of files that were embedded again have new ids: search again',
    });
  // Bits of token vectors are for the server and for late interaction, not for a reader.
  const { [card?.tokenVectors?.payloadKey ?? '']: _bits, ...payload } = point.payload ?? {};
  const described = { collection, id: point.id, ...describedOf(payload, keys) };
  const place = { name: collection, payloadKeys: keys };
  return { ...(await addContext(connection, described, place, contextLines, run)), payload, payloadKeys: keys };
}
