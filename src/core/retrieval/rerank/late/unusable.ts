/**
 * What is said of token vectors that could not be used: counted in the answer, and once on the way.
 */
import type { RunOptions } from '../../../../lib/events.ts';
import type { CandidateBits } from './stored-bits.ts';

/** Stored bits that could not be used, by the reason. */
export function countsOf(stored: readonly CandidateBits[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of stored) if (typeof one === 'string') counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

export function notesOn(stored: readonly CandidateBits[], bits: readonly (Uint8Array | null)[]): string[] {
  const without = Object.entries(countsOf(stored)).map(([reason, count]) => `${count} ${reason}`);
  if (without.length === 0) return [];
  const left = bits.filter((one) => one === null).length;
  const made = stored.filter((one) => typeof one === 'string').length - left;
  return [
    `stored token vectors that could not be used: ${without.join(', ')} of ${stored.length}; ` +
      `${made} made for this query, ${left} candidates kept their place`,
  ];
}

/** What was wrong with the first query that had something wrong; the answers of the others say it themselves. */
export function createNotice({ onEvent }: RunOptions): (notes: readonly string[]) => void {
  let isSaid = false;
  return (notes) => {
    if (isSaid) return;
    for (const message of notes) onEvent?.({ type: 'warning', message: `late interaction: ${message}` });
    isSaid = notes.length > 0;
  };
}
