/**
 * Whether an existing collection fits what is about to be written: vector name, dimension, distance, sparse vector, and
 * the vector space of its card. Checked before the first write; a mismatch is refused, naming both sides.
 */
import { isDeepStrictEqual } from 'node:util';
import { QdxError } from '../../../lib/errors.ts';
import { ownValue } from '../../../lib/own-value.ts';
import type { ModelCard } from '../../models/cards/card.ts';
import { describeSpaceDifference, sameSpace } from '../../models/cards/space.ts';
import type { CollectionCard } from './collection-card.ts';
import { type CollectionInfo, denseVectors, type DenseVectorInfo } from './collection-info.ts';

export interface FitInput {
  /** As the user knows the collection, for messages. */
  readonly display: string;
  readonly info: CollectionInfo;
  readonly vectorName: string;
  readonly dimension: number;
  readonly distance: string;
  readonly sparseName: string | null;
  /** Command that embeds the collection again with the model of what is written. */
  readonly remodelCommand: string;
}

/** @throws QdxError `refused` (F18). */
export function assertSchemaFits(input: FitInput): void {
  const { display, info, vectorName } = input;
  const vectors = denseVectors(info);
  const vector = ownValue(vectors, vectorName);
  if (!vector) throw wrongVectorName(display, vectorName, Object.keys(vectors));
  assertHoldsVectors(display, vector);
  if (vector.size !== input.dimension)
    throw refusal(
      display,
      'dimension',
      input.dimension,
      vector.size,
      `use a model of that dimension, or embed what is there again: ${input.remodelCommand}`,
    );
  if (vector.distance !== input.distance)
    throw refusal(
      display,
      'distance',
      input.distance,
      vector.distance,
      `set vector.distance to "${vector.distance}", or use another collection`,
    );
  const sparse = Object.keys(info.config.params.sparse_vectors ?? {});
  if (input.sparseName !== null && !sparse.includes(input.sparseName))
    throw refusal(
      display,
      'sparse vector',
      `"${input.sparseName}"`,
      sparse.length > 0 ? quoted(sparse) : 'none',
      'a sparse vector cannot be added later on this server; use another collection',
    );
}

/** The server's name where it says none; half precision keeps 11 significant bits, which no ranking notices. */
const takenDatatypes: readonly string[] = ['float32', 'float16'];

/**
 * Whether one vector a point can be kept there as it is. `uint8` cuts every number to a whole one from 0 to 255, which
 * leaves nothing of a normalised vector but zeros, and the server says no word.
 * @throws QdxError `refused`.
 */
export function assertHoldsVectors(display: string, { multivector_config: multi, datatype }: DenseVectorInfo): void {
  if (multi) throw refusal(display, 'vector kind', 'one vector a point', 'a multi-vector', 'choose another collection');
  if (!takenDatatypes.includes(datatype ?? 'float32'))
    throw refusal(
      display,
      'datatype',
      'float32',
      datatype,
      'make another collection; --quantization int8 saves as much',
    );
}

/** Said before the first write to a collection that rounds; null where none is lost. */
export const precisionNote = (display: string, vector: DenseVectorInfo | undefined): string | null =>
  vector?.datatype === 'float16'
    ? `collection ${display} keeps its vectors as float16: 11 significant bits of each number`
    : null;

const refusal = (display: string, what: string, expected: unknown, actual: unknown, hint: string): QdxError =>
  new QdxError(
    'refused',
    `collection ${display} does not fit: ${what} should be ${String(expected)}, it has ${String(actual)}`,
    { hint, details: { difference: what, expected, actual } },
  );

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

const wrongVectorName = (display: string, expected: string, names: readonly string[]): QdxError =>
  refusal(
    display,
    'vector name',
    expected === '' ? 'the unnamed one' : `"${expected}"`,
    names.length === 0 ? 'no dense vector' : names[0] === '' ? 'an unnamed vector' : quoted(names),
    names.length === 0 ? 'use another collection' : `set vector.name to "${names[0] ?? ''}"`,
  );

/** @throws QdxError `refused` (F19) where vectors of `model` cannot be compared with those in the collection. */
export function assertSpaceFits(display: string, existing: ModelCard, model: ModelCard, remodelCommand: string): void {
  if (sameSpace(existing, model)) return;
  throw new QdxError(
    'refused',
    `collection ${display} holds vectors of ${existing.name}; these are of ${model.name}, another vector space ` +
      `(${describeSpaceDifference(existing, model)})`,
    {
      hint: `use --model ${existing.name}, or embed what is there again: ${remodelCommand}`,
      details: { collection: existing, given: model },
    },
  );
}

/** @throws QdxError `refused` where new points' text or terms would mean something else than those that are there. */
export function assertContentFits(display: string, existing: CollectionCard, given: CollectionCard): void {
  if (existing.chunking && given.chunking && existing.chunking.template !== given.chunking.template)
    throw refusal(
      display,
      'template of the embedded text',
      given.chunking.template,
      existing.chunking.template,
      'embed again with this version of qdx, into another collection',
    );
  if (existing.sparseName === null || !existing.lexical || !given.lexical) return;
  if (isDeepStrictEqual(existing.lexical, given.lexical)) return;
  const [had, has] = [JSON.stringify(existing.lexical), JSON.stringify(given.lexical)];
  throw refusal(display, 'lexical settings', has, had, 'embed into another collection');
}

/** True where both cards name the same file: nothing to check. */
export function isKnownFile(card: CollectionCard, model: ModelCard): boolean {
  return [card.model, ...(card.alsoEmbeddedBy ?? [])].some(
    (known) => known.sha256 === model.sha256 && known.dtype === model.dtype && known.file === model.file,
  );
}
