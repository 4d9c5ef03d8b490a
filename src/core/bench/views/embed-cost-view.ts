/**
 * What a reader sees of `bench embed --compare local,endpoint`.
 */
import { counted, formatAmount, formatDuration, formatRate } from '../../../lib/quantities.ts';
import { mean } from '../../../lib/statistics/mean.ts';
import type { EmbedCostReport } from '../suites/embed-cost.ts';
import { headFacts, milliseconds } from './figures.ts';
import type { ReportView } from './view.ts';

export function embedCostView(report: EmbedCostReport): ReportView {
  const { checks, notes, failedQueries, rates, ways, breakEven } = report;
  const amount = (cost: number | null) => (cost === null ? '–' : formatAmount(cost));
  return {
    title: `bench embed: ${report.collections.map(({ name }) => name).join(', ')}`,
    headline: `${counted(report.texts, 'texts')}, here and by an endpoint: ${rates.map(({ side, textsPerSecond }) => `${side} ${formatRate(mean(textsPerSecond))} texts/s`).join(', ')}`,
    facts: headFacts(report),
    charts: [],
    queries: null,
    tables: [
      {
        title: 'a million chunks, and a query',
        header: ['way', 'chunks/s', 'time', 'cost', 'query', 'cost of a million queries'],
        rows: ways.map((way) => [
          way.title,
          formatRate(way.chunksPerHour / 3600),
          formatDuration(way.hoursPerMillionChunks * 3_600_000),
          amount(way.costPerMillionChunks),
          milliseconds(way.queryP50Ms),
          amount(way.costPerMillionQueries),
        ]),
        right: [1, 2, 3, 4, 5],
      },
      {
        title: 'tokens',
        header: ['encoder', 'tokens a chunk', 'tokens a query', 'counted by'],
        rows: rates.map(({ model, tokensPerText, tokensPerQuery, countedBy }) => [
          model,
          formatRate(tokensPerText),
          formatRate(tokensPerQuery),
          countedBy,
        ]),
        right: [1, 2],
      },
    ],
    checks,
    notes: [...breakEven.map((sentence) => `break-even: ${sentence}`), ...notes],
    failedQueries,
    figures: ways.flatMap(({ way, hoursPerMillionChunks, costPerMillionChunks }) => [
      { name: 'hours_per_million_chunks', labels: { way }, value: hoursPerMillionChunks },
      ...(costPerMillionChunks === null
        ? []
        : [{ name: 'cost_per_million_chunks', labels: { way }, value: costPerMillionChunks }]),
    ]),
  };
}
