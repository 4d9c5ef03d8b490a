/**
 * What verify-model finds: checks, of which one failed is a failed gate, and figures, which only inform.
 */
import type { ModelCard } from '../models/cards/card.ts';

export interface Check {
  readonly name: string;
  /** `skipped` says why in `found`; it never counts as passed. */
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly expected: string;
  readonly found: string;
  /** The numbers of `found`, for machines, where a check has any beside its verdict. */
  readonly values?: Readonly<Record<string, number>>;
}

export interface VerifyFigures {
  /** Device and provider that really ran, and the runtime. */
  readonly device: string;
  /** Null where none runs here: of an endpoint. */
  readonly ortVersion: string | null;
  readonly cpu: string;
  /** Flags of the processor that decide how fast int8 is. */
  readonly cpuFlags: readonly string[];
  /** From opening the model to the first vector, in this process. */
  readonly openMs: number;
  /** One query, encoder open. */
  readonly queryP50Ms: number;
  readonly queryP95Ms: number;
  readonly workers: number;
  readonly tokensPerSecond: number;
}

export interface VerifyReport {
  readonly schemaVersion: 1;
  readonly model: ModelCard;
  readonly fingerprint: string;
  readonly passed: boolean;
  readonly checks: readonly Check[];
  readonly figures: VerifyFigures;
}

export const check = (
  name: string,
  passed: boolean,
  expected: string,
  found: string,
  values?: Readonly<Record<string, number>>,
): Check => ({
  name,
  status: passed ? 'passed' : 'failed',
  expected,
  found,
  ...(values && { values }),
});

export const skipped = (name: string, expected: string, reason: string): Check => ({
  name,
  status: 'skipped',
  expected,
  found: reason,
});

export const sameBytes = (a: Float32Array, b: Float32Array): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

/** Four digits are what a cosine between two files is worth. */
export const digits = (value: number): string => value.toFixed(4);
