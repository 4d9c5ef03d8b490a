/**
 * What is kept of token vectors for late interaction: neighbours averaged, of each number its sign. docs/reranking_guide.md has
 * what that costs and keeps.
 */

/** Bytes of one row: a bit for each dimension, the last byte filled up with zeros. */
export const rowBytes = (dimension: number): number => Math.ceil(dimension / 8);

/**
 * Sign bits of the mean of each `window` neighbouring rows, the last mean of what is left.
 * @param tokens row-major [tokens × dimension].
 * @returns row-major [ceil(tokens / window) × rowBytes], a set bit for a positive number, the lowest bit first.
 */
export function signBits(tokens: Float32Array, dimension: number, window: number): Uint8Array {
  const count = tokens.length / dimension;
  const rows = Math.ceil(count / window);
  const bytes = rowBytes(dimension);
  const bits = new Uint8Array(rows * bytes);
  // The sign of a mean is that of the sum.
  const sums = new Float64Array(dimension);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    const end = Math.min(count, (row + 1) * window) * dimension;
    for (let at = row * window * dimension, column = 0; at < end; at++) {
      sums[column] = (sums[column] ?? 0) + (tokens[at] ?? 0);
      if (++column === dimension) column = 0;
    }
    for (let column = 0; column < dimension; column++) {
      if ((sums[column] ?? 0) <= 0) continue;
      const place = row * bytes + (column >> 3);
      bits[place] = (bits[place] ?? 0) | (1 << (column & 7));
    }
  }
  return bits;
}
