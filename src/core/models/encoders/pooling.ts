/**
 * From the rows that a model gives to the one vector that is stored.
 */
import type { Pooling } from '../cards/card.ts';

/** Rows of one text: `rows` × `dimension`, row-major, without padding. */
export interface HiddenRows {
  readonly data: Float32Array;
  readonly rows: number;
  readonly dimension: number;
}

/** One vector of `dimension` numbers, in an array of its own. */
export function pool({ data, rows, dimension }: HiddenRows, pooling: Pooling): Float32Array {
  if (pooling === 'cls') return data.slice(0, dimension);
  if (pooling === 'last') return data.slice((rows - 1) * dimension, rows * dimension);
  return mean(data, rows, dimension);
}

function mean(data: Float32Array, rows: number, dimension: number): Float32Array {
  // Sums in doubles, so that the result does not depend on how a text of many tokens rounds on its way.
  const sums = new Float64Array(dimension);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < dimension; column++, at++) sums[column] = (sums[column] ?? 0) + (data[at] ?? 0);
  return Float32Array.from(sums, (sum) => sum / rows);
}

/** Divides by the Euclidean length, in place; a zero vector stays zero (there is no direction to keep). */
export function normalize(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return vector;
  const scale = 1 / Math.sqrt(squares);
  for (let index = 0; index < vector.length; index++) vector[index] = (vector[index] ?? 0) * scale;
  return vector;
}

/** L2-normalised rows between the special tokens, row-major, in an array of its own. */
export function tokenRows(hidden: HiddenRows, leading: number, trailing: number): Float32Array {
  const { data, rows, dimension } = hidden;
  const kept = data.slice(leading * dimension, (rows - trailing) * dimension);
  for (let at = 0; at < kept.length; at += dimension) normalize(kept.subarray(at, at + dimension));
  return kept;
}
