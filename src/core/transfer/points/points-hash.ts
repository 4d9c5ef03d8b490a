/**
 * One hash for a set of points: the sum of the SHA-256 of their lines (comparable-line.ts), modulo 2^256. It does not depend on the order in which points come,
 * nor on how a collection was cut into parts, so that parts are hashed side by side and a backup, its restored collection
 * and another scroll of the source can be compared by one figure. It finds accidents, not forgery (sums of hashes can be
 * steered by whoever may choose the points).
 */
import { lineDigest } from './comparable-line.ts';

export interface PointsHash {
  readonly points: number;
  add(line: Buffer): void;
  /** The digest of a line (comparable-line.ts), where it was made already. */
  addDigest(digest: string): void;
  /** 64 lower-case hex digits. */
  digest(): string;
}

const modulus = 1n << 256n;

export function createPointsHash(): PointsHash {
  let sum = 0n;
  let points = 0;
  const addHex = (digest: string): void => {
    sum += BigInt(`0x${digest}`);
    if (sum >= modulus) sum -= modulus;
    points++;
  };
  return {
    get points() {
      return points;
    },
    add: (line) => addHex(lineDigest(line)),
    addDigest: addHex,
    digest: () => hexOf(sum),
  };
}

/** The hash of all points together. */
export const sumOfHashes = (digests: Iterable<string>): string => {
  let sum = 0n;
  for (const digest of digests) sum = (sum + BigInt(`0x${digest}`)) % modulus;
  return hexOf(sum);
};

const hexOf = (sum: bigint): string => sum.toString(16).padStart(64, '0');
