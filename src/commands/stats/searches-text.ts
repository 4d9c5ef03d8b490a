/**
 * The logged searches as text: a block of `qdx stats`.
 */
import { leastSearches, type Percentiles, type Stage } from '../../core/live/log-figures.ts';
import type { LiveSearches } from '../../core/live/live-stats.ts';
import type { View } from '../../lib/output.ts';
import { formatCount } from '../../lib/quantities.ts';
import { paint } from '../../lib/style.ts';
import { renderTable } from '../../lib/table.ts';

const stageNames: Readonly<Record<Stage, string>> = {
  total: 'search',
  encode: 'query embedding',
  server: 'server',
  rank: 'ranking',
  rerank: 'reranking',
};

/** No block where nothing was logged, or one. */
export function renderSearches(searches: LiveSearches, view: View): string[] {
  const { searches: count, failed, from, to, slow, warnings } = searches;
  if (count === 0 && warnings.length === 0) return [];
  const title = `${paint(view, 'bold', 'searches')} logged on this machine`;
  const rows = figures(searches).map(([label, value]) => [`  ${label}`, value]);
  const head = [['  count', `${formatCount(count)}${failed > 0 ? `, ${formatCount(failed)} failed` : ''}`]];
  const span = from !== null && to !== null ? [['  from, to', `${from}, ${to}`]] : [];
  const slowest = slow.map(
    ({ times, at, collections, query }) =>
      `  slow: ${ms(times.totalMs)} at ${at} in ${collections.join(', ')}${query === null ? '' : `: ${query.replaceAll(/\s+/gu, ' ')}`}`,
  );
  const lines = warnings.map(({ message }) => `  ${paint(view, 'yellow', 'warning:')} ${message}`);
  return [[title, renderTable([...head, ...span, ...rows]), ...slowest, ...lines].join('\n')];
}

function figures({ latencyMs, cacheHitRate, recall }: LiveSearches): [string, string][] {
  const latency: [string, string][] =
    latencyMs === null
      ? [['latency', `told from ${leastSearches} answered searches on`]]
      : (Object.keys(stageNames) as Stage[]).map((stage) => [stageNames[stage], percentilesText(latencyMs[stage])]);
  return [
    ...latency,
    ...(cacheHitRate === null ? [] : [['cache hits', `${(100 * cacheHitRate).toFixed(0)} %`] as [string, string]]),
    ...(recall === null ? [] : [['recall@10', recallText(recall)] as [string, string]]),
  ];
}

const percentilesText = ({ p50, p95, p99 }: Percentiles): string => `p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}`;

const recallText = ({ recall, lower, upper, queries }: NonNullable<LiveSearches['recall']>): string =>
  `${recall.toFixed(3)} (${lower.toFixed(3)} to ${upper.toFixed(3)}) of ${queries} logged queries, against exact search`;

const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
