/**
 * A comparison of two collections as text: what was compared, what differs, and how far the check went.
 */
import type { ComparisonReport } from '../../core/transfer/compare-collection.ts';
import type { DifferingPoints } from '../../core/transfer/compare/difference-lists.ts';
import type { View } from '../../lib/output.ts';
import { formatCount } from '../../lib/quantities.ts';
import { paint } from '../../lib/style.ts';

export function renderComparison(report: ComparisonReport, view: View): string {
  const { collection, against, points, payloadKeysLeftOut, settings, madeOtherwise, aliases, isEqual } = report;
  const wrong = paint(view, 'red', 'differs:');
  const isSame = aliases === null || aliases.expected.join() === aliases.actual.join();
  const lines = [
    `${collection} against ${against}`,
    `points: ${formatCount(points.compared)} ids in both, ${formatCount(points.equal)} of them equal`,
    ...payloadKeysLeftOut.map(
      (key) => `  payloads without ${key}: qdx keeps token vectors there, of the model of one of the two`,
    ),
    ...differing('missing', points.missing),
    ...differing('too many', points.extra),
    ...differing('other payload', points.changedPayload),
    ...differing('other vectors', points.changedVectors),
    `${aliases === null ? 'model' : 'settings, payload indexes, metadata'}: ${settings.length === 0 ? 'equal' : `${settings.length} differ`}`,
    ...settings.map((difference) => `  ${wrong} ${difference}`),
    ...madeOtherwise.map((what) => `  not counted: ${what}`),
    ...(isSame ? [] : [`aliases: ${names(aliases.actual)}; there ${names(aliases.expected)}`]),
    describeSearch(report),
    isEqual ? `${collection} is equal` : `${collection} is not equal`,
  ];
  return lines.join('\n');

  function differing(what: string, { count, first }: DifferingPoints): string[] {
    if (count === 0) return [];
    const more = count > first.length ? ', ...' : '';
    return [`  ${wrong} ${formatCount(count)} ${what}: ${first.join(', ')}${more}`];
  }
}

const names = (aliases: readonly string[]): string => (aliases.length === 0 ? 'none' : aliases.join(', '));

/** Tiers of Qdrant's guide to verifying a migration. */
function describeSearch({ search }: ComparisonReport): string {
  if (!search) return 'search: not compared (tiers 1 and 2 need two collections on the server)';
  const { searches, overlapAt10, interval } = search;
  const [low, high] = interval.map((bound) => bound.toFixed(3));
  return (
    `search: tier 2, ${searches} sampled searches, overlap@10 ${overlapAt10.toFixed(3)} ` +
    `(95 % interval ${low} to ${high}); tier 3 needs judged queries`
  );
}
