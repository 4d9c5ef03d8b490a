/**
 * What a reader sees of `bench embed`.
 */
import { counted, formatRate } from '../../../lib/quantities.ts';
import { mean } from '../../../lib/statistics/mean.ts';
import type { EmbedReport } from '../suites/embed.ts';
import { headFacts, milliseconds } from './figures.ts';
import { named, plain, rateChart, spread } from './rates.ts';
import type { ReportView } from './view.ts';

export function embedView(report: EmbedReport): ReportView {
  return {
    title: named(report),
    headline: `${counted(report.texts, 'texts')} of ${counted(report.tokens, 'tokens')}: ${report.rates.map(({ workers, tokensPerSecond }) => `${formatRate(mean(tokensPerSecond))} tokens/s with ${workers}`).join(', ')}`,
    facts: headFacts(report),
    charts: rateChart('Tokens a second by sessions', report.rates, ({ workers, tokensPerSecond }) => ({
      name: `${workers} ${workers === 1 ? 'session' : 'sessions'}`,
      rates: tokensPerSecond,
    })),
    queries: null,
    tables: [
      {
        title: 'sessions side by side',
        header: ['sessions', 'device', 'texts/s', 'from to', 'tokens/s', 'loading'],
        rows: report.rates.map(({ workers, device, textsPerSecond, tokensPerSecond, openMs }) => [
          String(workers),
          device,
          formatRate(mean(textsPerSecond)),
          spread(textsPerSecond),
          formatRate(mean(tokensPerSecond)),
          milliseconds(openMs),
        ]),
        right: [0, 2, 3, 4, 5],
      },
    ],
    ...plain(report),
    figures: report.rates.map(({ workers, tokensPerSecond }) => ({
      name: 'tokens_per_second',
      labels: { workers: String(workers) },
      value: mean(tokensPerSecond),
    })),
  };
}
