/**
 * What the signals know of a query: its words, what each is worth, and the identifiers it may name.
 */
import type { LexicalQuery } from '../../candidates.ts';
import { squeeze } from '../../../lexical/terms.ts';

export interface QueryFacts {
  /** Inverse document frequency by term. */
  readonly idf: ReadonlyMap<string, number>;
  readonly totalIdf: number;
  /** Words of the query, and the query as a whole, without separators and case. */
  readonly names: ReadonlySet<string>;
}

/** Shorter words name nothing in particular. */
const minNameLength = 3;

export function queryFacts(query: string, { idf }: LexicalQuery): QueryFacts {
  const words = query.split(/\s+/).map(squeeze);
  const names = [...words, squeeze(query)].filter((name) => name.length >= minNameLength);
  return { idf, totalIdf: [...idf.values()].reduce((sum, value) => sum + value, 0), names: new Set(names) };
}

/** IDF-weighted share of the query that `terms` hold: 0 to 1. */
export function shareOfQuery({ idf, totalIdf }: QueryFacts, terms: ReadonlySet<string>): number {
  if (totalIdf === 0) return 0;
  let found = 0;
  for (const [term, value] of idf) if (terms.has(term)) found += value;
  return found / totalIdf;
}
