/**
 * MaxSim of a query's token vectors, in floats, with chunks of which only sign bits are kept. For each query token the best cosine
 * with any row of the chunk, averaged over the query's tokens (as in ColBERT, https://arxiv.org/abs/2004.12832, with a mean for
 * its sum). The asymmetry, a float query against binary documents, loses least for the bytes: see benchmarks/late-interaction.
 */
import { rowBytes } from '../../../models/encoders/token-bits.ts';

/**
 * One score a chunk, from -1 to 1.
 * @param query L2-normalised token vectors, row-major [tokens × dimension], at least one.
 * @param chunks rows of sign bits each, at least one row; see token-bits.ts.
 */
export function maxSims(query: Float32Array, dimension: number, chunks: readonly Uint8Array[]): Float64Array {
  const scores = new Float64Array(chunks.length);
  const tokens = query.length / dimension;
  const table = new Float32Array(rowBytes(dimension) * 256);
  for (let token = 0; token < tokens; token++) {
    const vector = query.subarray(token * dimension, (token + 1) * dimension);
    fillTable(table, vector);
    // A row of signs s has the length √d, and q·s = 2·(sum where the bit is set) − (sum of all).
    const all = vector.reduce((sum, value) => sum + value, 0);
    for (const [index, bits] of chunks.entries())
      scores[index] = (scores[index] ?? 0) + (2 * bestSum(table, bits, rowBytes(dimension)) - all);
  }
  return scores.map((sum) => sum / tokens / Math.sqrt(dimension));
}

/** For each byte of a row and each of its values: the sum of the query's numbers where a bit is set. */
function fillTable(table: Float32Array, vector: Float32Array): void {
  for (let at = 0; at < table.length; at += 256) {
    table[at] = 0;
    for (let bit = 0; bit < 8; bit++) {
      const value = vector[(at >> 5) + bit] ?? 0;
      const size = 1 << bit;
      for (let known = 0; known < size; known++) table[at + size + known] = (table[at + known] ?? 0) + value;
    }
  }
}

/** The highest sum of any row. */
function bestSum(table: Float32Array, bits: Uint8Array, bytes: number): number {
  let best = -Infinity;
  for (let start = 0; start < bits.length; start += bytes) {
    let sum = 0;
    for (let byte = 0; byte < bytes; byte++) sum += table[(byte << 8) | (bits[start + byte] ?? 0)] ?? 0;
    if (sum > best) best = sum;
  }
  return best;
}
