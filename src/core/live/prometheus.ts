/**
 * Live figures as Prometheus text: those of the server and its collections, and those of the logged searches.
 */
import { type Metric, renderMetrics, type Sample } from '../../lib/prometheus-text.ts';
import { metricsOfStats } from '../qdrant/stats/prometheus.ts';
import type { LiveSearches, LiveStats } from './live-stats.ts';

const quantiles = { p50: '0.5', p95: '0.95', p99: '0.99' } as const;

export const renderPrometheus = ({ searches, ...stats }: LiveStats): string =>
  renderMetrics([...metricsOfStats(stats), ...metricsOfSearches(searches)]);

function metricsOfSearches({ searches, failed, latencyMs, cacheHitRate, recall }: LiveSearches): Metric[] {
  const one = (name: string, help: string, value: number | null): Metric => ({
    name: `qdx_search_${name}`,
    help,
    samples: value === null ? [] : [{ labels: {}, value }],
  });
  return [
    one('logged', 'Searches in the local log, which keeps the last ones.', searches),
    one('failed', 'Of those, searches that failed.', failed),
    { name: 'qdx_search_latency_seconds', help: 'Of logged searches, by stage.', samples: latencySamples(latencyMs) },
    one('cache_hit_ratio', 'Answers to queries whose vector was there already.', cacheHitRate),
    one('recall_at_10', 'Of a sample of logged queries, against a search of every vector.', recall?.recall ?? null),
  ];
}

const latencySamples = (latencyMs: LiveSearches['latencyMs']): Sample[] =>
  Object.entries(latencyMs ?? {}).flatMap(([stage, times]) =>
    Object.entries(quantiles).map(([key, quantile]) => ({
      labels: { stage, quantile },
      value: times[key as keyof typeof quantiles] / 1000,
    })),
  );
