/**
 * Definition before use: how well a name that the chunk defines and the query mean the same.
 */
import type { ChunkFacts, DefinedName } from './chunk-facts.ts';
import { type QueryFacts, shareOfQuery } from './query-facts.ts';

/** Best harmonic mean, over the names, of the share of the query and the share of the name that the two have in common. */
export const definition = (chunk: ChunkFacts, query: QueryFacts): number =>
  Math.max(0, ...chunk.definitions.map((name) => agreement(name, query)));

function agreement(name: DefinedName, query: QueryFacts): number {
  const ofQuery = shareOfQuery(query, name.terms);
  if (ofQuery === 0) return 0;
  let common = 0;
  for (const term of name.terms) if (query.idf.has(term)) common += 1;
  const ofName = common / name.terms.size;
  return (2 * ofQuery * ofName) / (ofQuery + ofName);
}

/** 1 where a word of the query, or all of it, is a name that the chunk defines, case and separators aside. */
export const exact = (chunk: ChunkFacts, query: QueryFacts): number =>
  chunk.definitions.some(({ squeezed }) => query.names.has(squeezed)) ? 1 : 0;
