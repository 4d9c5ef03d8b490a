/**
 * What changed against the baseline: every measure, the latency, and the queries that lost or won most.
 */
import { steadyTimes } from '../run/timing.ts';
import type { SearchReport } from '../suites/search.ts';
import { milliseconds, score, signed } from './figures.ts';
import type { ViewCell, ViewTable } from './view.ts';

export function baselineTables({ gate, baseline, quality, timing, host }: SearchReport): ViewTable[] {
  if (!gate || !baseline) return [];
  const measures = Object.entries(quality?.measures ?? {}).flatMap(([name, { mean }]): ViewCell[][] => {
    const before = baseline.means[name];
    return before === undefined ? [] : [[name, score(before), score(mean), signed(mean - before)]];
  });
  const now = timing ? steadyTimes(timing)['total'] : undefined;
  const times = now && baseline.latency ? latencyRows(baseline.latency, now, host.cpu) : [];
  const changed = gate.changed.map(({ id, before, now: after }) => [
    id,
    score(before),
    score(after),
    signed(after - before),
  ]);
  return [
    {
      title: `against the baseline of ${baseline.createdAt}, qdx ${baseline.qdx}`,
      header: ['', 'baseline', 'now', 'change'],
      rows: [...measures, ...times],
      right: [1, 2, 3],
    },
    ...(changed.length === 0
      ? []
      : [
          {
            title: `${gate.measure} changed most against the baseline`,
            header: ['query', 'baseline', 'now', 'change'],
            rows: changed,
            right: [1, 2, 3],
          },
        ]),
  ];
}

type Total = Readonly<Record<'p50Ms' | 'p95Ms', number>>;

/** Times of another machine are a hint and no more. */
function latencyRows(before: Total & { readonly cpu: string }, now: Total, cpu: string): ViewCell[][] {
  const isOther = before.cpu !== cpu;
  return (['p50Ms', 'p95Ms'] as const).map((name) => {
    const change = now[name] - before[name];
    const text = `${change < 0 ? '−' : '+'}${milliseconds(Math.abs(change))}`;
    return [
      name.replace('Ms', ', total'),
      milliseconds(before[name]),
      milliseconds(now[name]),
      isOther ? { text, doubt: `the baseline was timed on another machine: ${before.cpu}` } : text,
    ];
  });
}
