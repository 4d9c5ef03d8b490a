/**
 * One build of a scratch copy, asked in one way: what it found, how fast, and what it takes.
 */
import type { Interval } from '../../../lib/statistics/bootstrap.ts';
import type { Latency } from '../../../lib/statistics/latency.ts';
import type { SearchOptions } from './sweep.ts';

export interface TuningRow {
  readonly build: string;
  readonly way: string;
  readonly params: SearchOptions;
  readonly recall: Interval;
  /** Dense ranking alone; null where nothing is judged. */
  readonly ndcgAt10: number | null;
  readonly server: Latency;
  readonly p95Ms: number;
  /** The reference's median server time divided by this one's, in the same minutes. */
  readonly speedUp: number;
  readonly ramBytes: number;
  readonly diskBytes: number;
  /** Why the figures say nothing; null: they do. */
  readonly void: string | null;
  readonly isOnFront: boolean;
}
