/**
 * A collection against the model: a sample of its points is embedded again and compared with what is stored.
 */
import { readCard } from '../qdrant/collection/card-store.ts';
import type { CollectionCard } from '../qdrant/collection/collection-card.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { measureParity, type ParitySample } from '../qdrant/collection/parity.ts';
import { resolveCollection } from '../qdrant/collection/names.ts';
import { scrollPoints } from '../qdrant/collection/points.ts';
import { storedText } from '../qdrant/collection/stored-text.ts';
import { describeSpaceDifference, sameSpace } from '../models/cards/space.ts';
import type { VectorLab } from './lab.ts';
import { type Check, check, digits } from './report.ts';

export interface CollectionCheckParams {
  readonly connection: Connection;
  readonly collection: string;
  /** Points that are embedded again; the first by id, which for hashed ids is a fair sample. */
  readonly sample: number;
}

/** What was asked for and cannot be checked has failed. @throws QdxError `notFound` for a collection that is not there. */
export async function checkCollection(
  lab: VectorLab,
  { connection, collection, sample }: CollectionCheckParams,
): Promise<Check> {
  const name = `collection ${collection}`;
  const { card: model } = lab.model;
  const expected = `stored vectors come out again, cosine at least ${model.parityFloor}`;
  const { physical } = await resolveCollection(connection, collection);
  const card = await readCard(connection, physical);
  if (card === null)
    return check(
      name,
      false,
      expected,
      'it could not be checked: it has no card that says how its texts were made; give it one with qdx collections adopt',
    );
  if (!sameSpace(card.model, model))
    return check(name, false, expected, `another vector space: ${describeSpaceDifference(card.model, model)}`);
  const samples = await readSamples(connection, { physical, card, sample });
  if (samples.length === 0)
    return check(name, false, expected, 'it could not be checked: none of its points has both a text and a vector');
  const { lowest, lowestId, mean, floor, compared } = await measureParity(lab.bulk, samples);
  const found = `mean ${digits(mean)}, lowest ${digits(lowest)} (id ${lowestId}) over ${compared} points`;
  return check(name, lowest >= floor, expected, found);
}

interface SampleQuery {
  readonly physical: string;
  readonly card: CollectionCard;
  readonly sample: number;
}

async function readSamples(connection: Connection, { physical, card, sample }: SampleQuery): Promise<ParitySample[]> {
  const { vectorName } = card;
  const samples: ParitySample[] = [];
  for await (const point of scrollPoints(connection, physical, { withVector: [vectorName], pageSize: sample })) {
    const vector = point.vectors?.[vectorName];
    const text = storedText(point, card);
    if (isDense(vector) && text !== null) samples.push({ id: String(point.id), text, vector });
    if (samples.length >= sample) break;
  }
  return samples;
}

const isDense = (vector: unknown): vector is readonly number[] =>
  Array.isArray(vector) && typeof vector[0] === 'number';
