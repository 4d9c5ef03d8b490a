/**
 * A collection against the model: a sample of its points is embedded again and compared with what is stored.
 */
import { readCard } from '../../qdrant/card-store.ts';
import type { Connection } from '../../qdrant/connection.ts';
import { resolveCollection } from '../../qdrant/names.ts';
import { scrollPoints } from '../../qdrant/points.ts';
import { storedText } from '../../qdrant/stored-text.ts';
import { describeSpaceDifference, sameSpace } from '../space.ts';
import type { Lab } from './lab.ts';
import { type Check, check, cosine, digits, skipped } from './report.ts';

export interface CollectionCheckParams {
  readonly connection: Connection;
  readonly collection: string;
  /** Points that are embedded again; the first by id, which for hashed ids is a fair sample. */
  readonly sample: number;
}

/** @throws QdxError `notFound` for a collection that is not there. */
export async function checkCollection(
  lab: Lab,
  { connection, collection, sample }: CollectionCheckParams,
): Promise<Check> {
  const name = `collection ${collection}`;
  const { card: model } = lab.model;
  const expected = `stored vectors come out again, cosine at least ${model.parityFloor}`;
  const { physical } = await resolveCollection(connection, collection);
  const card = await readCard(connection, physical);
  if (card === null)
    return skipped(
      name,
      expected,
      'it has no card that says how its texts were made; give it one with qdx collections adopt',
    );
  if (!sameSpace(card.model, model))
    return check(name, false, expected, `another vector space: ${describeSpaceDifference(card.model, model)}`);
  const cosines: number[] = [];
  for await (const point of scrollPoints(connection, physical, { withVector: [card.vectorName], pageSize: sample })) {
    const stored = point.vectors?.[card.vectorName];
    const text = storedText(point, card);
    if (isDense(stored) && text !== null)
      cosines.push(cosine((await lab.bulk.encode(text, { role: 'document' })).vector, stored));
    if (cosines.length >= sample) break;
  }
  if (cosines.length === 0) return skipped(name, expected, 'none of its points has both a text and a vector');
  const lowest = Math.min(...cosines);
  return check(name, lowest >= model.parityFloor, expected, `lowest ${digits(lowest)} over ${cosines.length} points`);
}

const isDense = (vector: unknown): vector is readonly number[] =>
  Array.isArray(vector) && typeof vector[0] === 'number';
