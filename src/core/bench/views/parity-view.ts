/**
 * What a reader sees of `bench parity`.
 */
import type { Interval } from '../../../lib/statistics/bootstrap.ts';
import type { ParityReport } from '../suites/parity.ts';
import { scoreChart } from './charts.ts';
import { describeModel, headFacts, interval, score } from './figures.ts';
import type { ReportView } from './view.ts';

export function parityView(report: ParityReport): ReportView {
  const { models, texts, isOneSpace, cosine, cosines, neighboursAt10, worst } = report;
  const row = (name: string, figure: Interval, more: string): string[] => [
    name,
    score(figure.mean),
    interval(figure),
    more,
  ];
  return {
    title: `bench parity: ${models.map(({ name }) => name).join(' against ')}`,
    headline: `${cosine === null ? 'no cosine: other dimensions' : `cosine ${score(cosine.mean)}, at least ${score(cosine.least)}`}; ${score(neighboursAt10.mean)} of the ten nearest texts are the same over ${texts} texts; ${isOneSpace ? 'one vector space' : 'two vector spaces'} by their cards`,
    facts: [
      ...models.map((model): [string, string] => ['model', `${describeModel(model)}, ${model.file}`]),
      ...headFacts(report),
    ],
    charts: cosine === null ? [] : scoreChart('cosine of each text', cosines, cosine),
    tables: [
      {
        title: 'how alike they are',
        header: ['', 'mean', '95 % interval', 'least'],
        rows: [
          ...(cosine === null ? [] : [row('cosine', cosine, score(cosine.least))]),
          row('same ten neighbours', neighboursAt10, ''),
        ],
        right: [1, 2, 3],
      },
      {
        title: 'least alike',
        header: ['text', 'cosine', 'same neighbours'],
        rows: worst.map(({ id, cosine: own, neighbours }) => [
          id,
          own === null ? '' : score(own),
          neighbours.toFixed(2),
        ]),
        right: [1, 2],
      },
    ],
    queries: null,
    checks: report.checks,
    notes: report.notes,
    failedQueries: 0,
    figures: [
      ...(cosine === null ? [] : [{ name: 'cosine', labels: {}, value: cosine.mean }]),
      { name: 'same_neighbours_at_10', labels: {}, value: neighboursAt10.mean },
    ],
  };
}
