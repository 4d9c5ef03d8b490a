/**
 * Means of scores: of all queries, by category, by collection. A query without a score is in none of them.
 */
import { mean } from '../../../lib/statistics/mean.ts';

export interface ScoredQuery {
  readonly id: string;
  readonly category?: string;
  readonly collection?: string;
  readonly scores: Readonly<Record<string, number>>;
}

export interface Means {
  /** Queries with a score. */
  readonly queries: number;
  /** By measure. */
  readonly means: Readonly<Record<string, number>>;
}

export interface GroupedMeans extends Means {
  readonly name: string;
}

export function meansOf(queries: readonly ScoredQuery[]): Means {
  const names = Object.keys(queries[0]?.scores ?? {});
  return {
    queries: queries.length,
    means: Object.fromEntries(names.map((name) => [name, mean(queries.map(({ scores }) => scores[name] ?? 0))])),
  };
}

/** Groups by name; none where no query has that field. */
export function meansBy(queries: readonly ScoredQuery[], field: 'category' | 'collection'): GroupedMeans[] {
  const groups = new Map<string, ScoredQuery[]>();
  for (const query of queries) {
    const name = query[field];
    if (name !== undefined) groups.set(name, [...(groups.get(name) ?? []), query]);
  }
  return [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, own]) => ({ name, ...meansOf(own) }));
}
