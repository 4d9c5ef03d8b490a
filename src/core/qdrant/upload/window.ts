/**
 * How many batches may be on their way at once: additive increase, multiplicative decrease, as TCP does it. One more after
 * a round of good answers, half as many after a repeated request, one less when answers become slow or memory short.
 */
import { freemem } from 'node:os';

export interface Window {
  readonly size: number;
  succeeded(latencyMs: number): void;
  /** The server turned a request away, or did not answer. */
  failed(): void;
  /** Call before another batch is taken on. True when memory is short: then one batch at a time. */
  yieldToMemory(): boolean;
}

export interface WindowOptions {
  readonly largest: number;
  /** For tests. */
  readonly freeBytes?: () => number;
}

/** Less free memory than this on the machine: no more than one batch at a time. */
const scarceBytes = 256 * 1024 * 1024;
/** Waiting in the server's queue makes answers a few times slower; beyond this it is overloaded. */
const slowFactor = 8;
const slowMs = 1000;

export function createWindow({ largest, freeBytes = freemem }: WindowOptions): Window {
  let size = Math.min(2, largest);
  let goodInRow = 0;
  let fastestMs = Number.POSITIVE_INFINITY;
  const shrinkTo = (smaller: number): void => {
    size = Math.max(1, smaller);
    goodInRow = 0;
  };
  return {
    get size() {
      return size;
    },
    succeeded(latencyMs) {
      // Drifts up slowly, so that one lucky answer does not judge all later ones.
      fastestMs = Math.min(fastestMs * 1.01, latencyMs);
      if (latencyMs > slowMs && latencyMs > fastestMs * slowFactor) return shrinkTo(size - 1);
      goodInRow++;
      if (goodInRow < size || size >= largest) return;
      size++;
      goodInRow = 0;
    },
    failed: () => shrinkTo(Math.floor(size / 2)),
    yieldToMemory() {
      const scarce = freeBytes() < scarceBytes;
      if (scarce) shrinkTo(1);
      return scarce;
    },
  };
}
