/**
 * The quality part of a report: means with intervals, over all queries, by category, by collection.
 */
import { bootstrapInterval, type Interval, resamples } from '../../../lib/statistics/bootstrap.ts';
import { type GroupedMeans, meansBy, meansOf } from '../metrics/means.ts';
import type { KnownDocuments } from '../metrics/document-key.ts';
import type { Gain } from '../inputs/judged-set.ts';
import type { QueryResult, ScoredResult } from './score.ts';

export interface Quality {
  /** What verdicts are about. */
  readonly primary: string;
  readonly gain: Gain;
  /** Queries with a score. */
  readonly queries: number;
  /** 95 % bootstrap intervals, by measure. */
  readonly measures: Readonly<Record<string, Interval>>;
  readonly resamples: number;
  readonly byCategory: readonly GroupedQuality[];
  readonly byCollection: readonly GroupedQuality[];
  /** Of document judgements: by what a hit is called, and which judged documents no collection has. */
  readonly documents: KnownDocuments | null;
}

interface GroupedQuality extends GroupedMeans {
  /** Of the primary measure. */
  readonly interval: Interval;
}

export interface QualityInput {
  readonly results: readonly QueryResult[];
  readonly primary: string;
  readonly gain: Gain;
  readonly documents: KnownDocuments | null;
  readonly seed: number;
}

/** Null where no query has a score. */
export function qualityOf({ results, primary, gain, documents, seed }: QualityInput): Quality | null {
  const scored = results.filter((result) => result.state === 'scored');
  if (scored.length === 0) return null;
  const names = Object.keys(meansOf(scored).means);
  return {
    primary,
    gain,
    queries: scored.length,
    measures: Object.fromEntries(names.map((name) => [name, bootstrapInterval(scoresOf(scored, name), seed)])),
    resamples,
    byCategory: grouped(scored, 'category', { primary, seed }),
    byCollection: grouped(scored, 'collection', { primary, seed }),
    documents,
  };
}

const grouped = (
  scored: readonly ScoredResult[],
  field: 'category' | 'collection',
  { primary, seed }: Pick<QualityInput, 'primary' | 'seed'>,
): GroupedQuality[] =>
  meansBy(scored, field).map((group) => {
    const own = scored.filter((one) => one[field] === group.name);
    return { ...group, interval: bootstrapInterval(scoresOf(own, primary), seed) };
  });

const scoresOf = (scored: readonly ScoredResult[], measure: string): number[] =>
  scored.map(({ scores }) => scores[measure] ?? 0);

/** What must be said of a set before its figures are believed. */
export function qualityNotes(results: readonly QueryResult[], documents: KnownDocuments | null): string[] {
  const failed = results.filter(({ state }) => state === 'failed');
  const [first] = failed;
  const empty = results.filter((result) => result.state === 'scored' && result.hits.length === 0).length;
  const [unknown] = documents?.unknown ?? [];
  return [
    ...(first?.state === 'failed'
      ? [
          `${failed.length} of ${results.length} queries failed and have no score; the first, ${first.id}: ${first.error.message}`,
        ]
      : []),
    ...(empty > 0 ? [`${empty} ${empty === 1 ? 'query' : 'queries'} found nothing: counted as 0`] : []),
    ...(documents && unknown !== undefined
      ? [
          `${documents.unknown.length} of ${documents.judged} judged documents are in no collection (${unknown}, …): nothing can find them`,
        ]
      : []),
  ];
}
