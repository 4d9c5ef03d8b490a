/**
 * MaxSim of a query's token vectors, in floats, with chunks of which only sign bits are kept. For each query token the best cosine
 * with any row of the chunk, averaged over the query's tokens (as in ColBERT, https://arxiv.org/abs/2004.12832, with a mean for
 * its sum). The asymmetry, a float query against binary documents, loses least for the bytes: see benchmarks/late-interaction.
 *
 * Sums are of integers, four bytes of bits at a step: floats would be twice as slow while a process is young, and a search from
 * the command line never gets old.
 */
import { rowBytes } from '../../../models/encoders/token-bits.ts';

/** Numbers of a query are at most 1 in size, so that whole vectors of length 1 stay below 2^31 at any dimension. */
const scale = 2 ** 20;
/** Values of a byte. */
const values = 256;
/** Bytes of a row that are looked up at a step. */
const stepBytes = 4;

/**
 * One score a chunk, from -1 to 1, exact to about 1e-5.
 * @param query L2-normalised token vectors, row-major [tokens × dimension], at least one.
 * @param chunks rows of sign bits each, at least one row; see token-bits.ts.
 */
export function maxSims(query: Float32Array, dimension: number, chunks: readonly Uint8Array[]): Float64Array {
  const scores = new Float64Array(chunks.length);
  const tokens = query.length / dimension;
  const bytes = rowBytes(dimension);
  const table = new Int32Array(Math.ceil(bytes / stepBytes) * stepBytes * values);
  for (let token = 0; token < tokens; token++) {
    const all = fillTable(table, query.subarray(token * dimension, (token + 1) * dimension));
    // A row of signs s has the length √d, and q·s = 2·(sum where the bit is set) − (sum of all).
    for (const [index, bits] of chunks.entries())
      scores[index] = (scores[index] ?? 0) + 2 * highestSum(table, bits, bytes) - all;
  }
  return scores.map((sum) => sum / scale / tokens / Math.sqrt(dimension));
}

/** The place of the lowest set bit of each value of a byte. */
const lowestBit = Uint8Array.from({ length: values }, (_, value) =>
  value === 0 ? 0 : 31 - Math.clz32(value & -value),
);

/**
 * For each byte of a row and each of its values: the sum of the query's numbers where a bit is set. Behind the last byte of a row all
 * are 0. @returns the sum of all numbers.
 */
function fillTable(table: Int32Array, vector: Float32Array): number {
  let all = 0;
  const numbers = new Int32Array(8);
  for (let at = 0; at < table.length; at += values) {
    for (let bit = 0; bit < 8; bit++) {
      const number = Math.round((vector[(at >> 5) + bit] ?? 0) * scale);
      numbers[bit] = number;
      all += number;
    }
    for (let value = 1; value < values; value++)
      table[at + value] = (table[at + (value & (value - 1))] ?? 0) + (numbers[lowestBit[value] ?? 0] ?? 0);
  }
  return all;
}

/** Of any row. A step may read into the next row, or behind the last: what it finds there is looked up among zeros. */
function highestSum(table: Int32Array, bits: Uint8Array, bytes: number): number {
  // An integer, as the sums are.
  let highest = -(2 ** 31);
  for (let start = 0; start < bits.length; start += bytes) {
    let sum = 0;
    for (let at = 0, byte = start; at < table.length; at += stepBytes * values, byte += stepBytes)
      sum +=
        (table[at | (bits[byte] ?? 0)] ?? 0) +
        (table[(at + values) | (bits[byte + 1] ?? 0)] ?? 0) +
        (table[(at + 2 * values) | (bits[byte + 2] ?? 0)] ?? 0) +
        (table[(at + 3 * values) | (bits[byte + 3] ?? 0)] ?? 0);
    if (sum > highest) highest = sum;
  }
  return highest;
}
