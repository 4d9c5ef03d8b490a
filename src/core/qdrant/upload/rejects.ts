/**
 * Records that cannot become points: counted, shown, and kept in a file with line and reason.
 */
import type { UnreadableRecord } from './record-source.ts';

export interface RejectedRecord {
  /** 1-based line of the input. */
  readonly line: number;
  /** File, where there are several. */
  readonly file?: string;
  readonly id?: string;
  readonly reason: string;
}

/** Gets every rejected record, in the order in which it was found out. */
export type RejectSink = (reject: RejectedRecord) => void;

const shown = 10;

export interface RejectLog {
  readonly count: number;
  readonly first: readonly RejectedRecord[];
  add(reject: RejectedRecord): void;
}

export function createRejectLog(sink?: RejectSink): RejectLog {
  const first: RejectedRecord[] = [];
  let count = 0;
  return {
    get count() {
      return count;
    },
    first,
    add(reject) {
      count++;
      if (first.length < shown) first.push(reject);
      sink?.(reject);
    },
  };
}

export const rejectOf = ({ line, file, reason }: UnreadableRecord): RejectedRecord => ({
  line,
  ...(file !== undefined && { file }),
  reason,
});
