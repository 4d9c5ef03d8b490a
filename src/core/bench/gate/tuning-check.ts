/**
 * Whether anything that a tuning bench tried holds what is asked for: a check for the recall, and one for each time.
 */
import { milliseconds, score } from '../views/figures.ts';
import type { Check } from '../run/report.ts';
import type { TuningRow } from '../tuning/row.ts';

export interface TuningBar {
  /** Least lower end of the interval of recall@10. */
  readonly leastRecall: number;
  /** Of the server; absent: whatever it takes. */
  readonly mostMs?: { readonly p50: number; readonly p95: number };
}

export const isFastEnough = ({ server }: Pick<TuningRow, 'server'>, { mostMs }: TuningBar): boolean =>
  mostMs === undefined || (server.p50Ms < mostMs.p50 && server.p95Ms < mostMs.p95);

/** @param rows Those that are not void. */
export function tuningChecks(rows: readonly TuningRow[], recommended: TuningRow | null, bar: TuningBar): Check[] {
  const [best] = rows.toSorted((a, b) => b.recall.lower - a.recall.lower);
  const shown = recommended ?? best;
  if (!shown) return [{ name: 'recall@10', status: 'failed', message: 'no row could be measured' }];
  const { leastRecall, mostMs } = bar;
  const which = `${shown.build}, ${shown.way}${recommended ? '' : ', the best there is,'}`;
  const isHeld = shown.recall.lower >= leastRecall;
  return [
    {
      name: `recall@10 >= ${leastRecall}`,
      status: isHeld ? 'passed' : 'failed',
      message: `${which} ${isHeld ? 'holds' : 'does not hold'} it: ${score(shown.recall.mean)}, 95 % interval from ${score(shown.recall.lower)}`,
    },
    ...(mostMs
      ? [timeCheck('p50', shown.server.p50Ms, mostMs.p50), timeCheck('p95', shown.server.p95Ms, mostMs.p95)]
      : []),
  ];
}

const timeCheck = (name: string, actual: number, most: number): Check => ({
  name: `${name} < ${most} ms`,
  status: actual < most ? 'passed' : 'failed',
  message: `${milliseconds(actual)} on the server`,
});
