/**
 * Which state should be configured, by the verdicts of all contenders, and does the configured one agree?
 */
import type { Verdict } from './verdict.ts';

export interface JudgedContender {
  readonly name: string;
  readonly verdict: Verdict;
  /** Mean difference to the reference. */
  readonly gain: number;
}

type Agreement = 'agrees' | 'disagrees' | 'undecided';

export interface Recommendation {
  readonly agreement: Agreement;
  /** What to configure; null while undecided. */
  readonly recommended: string | null;
}

/**
 * - A contender that is surely better must be configured; of several, any of them agrees.
 * - Where none is, one that is not worth it must not be.
 * - What is configured and has no verdict, since it failed, agrees with nothing.
 * - Else it hangs on contenders that are undecided: the configured one, or any where the reference is configured.
 */
export function recommend(
  reference: string,
  configured: string,
  contenders: readonly JudgedContender[],
): Recommendation {
  const better = contenders.filter(({ verdict }) => verdict === 'better').toSorted((a, b) => b.gain - a.gain);
  const [best] = better;
  if (best)
    return {
      agreement: better.some(({ name }) => name === configured) ? 'agrees' : 'disagrees',
      recommended: best.name,
    };
  const own = contenders.find(({ name }) => name === configured);
  if (!own && configured !== reference) return { agreement: 'undecided', recommended: null };
  if (own?.verdict === 'notWorthIt') return { agreement: 'disagrees', recommended: reference };
  const isOpen = contenders.some(({ verdict }) => verdict === 'undecided');
  return isOpen ? { agreement: 'undecided', recommended: null } : { agreement: 'agrees', recommended: reference };
}
