/**
 * Definition before use: how well a name that the chunk defines and the query mean the same.
 */
import type { ChunkFacts, DefinedName } from './chunk-facts.ts';
import { type QueryFacts, shareOfQuery } from './query-facts.ts';

/** Names that share less with the query than this have a word in common with it, not a meaning. */
const leastAgreement = 0.5;

/** Best harmonic mean, over the names, of the share of the query and the share of the name that the two have in common. */
export function definition(chunk: ChunkFacts, query: QueryFacts): number {
  const best = Math.max(0, ...chunk.definitions.map((name) => agreement(name, query)));
  return best < leastAgreement ? 0 : best;
}

function agreement(name: DefinedName, query: QueryFacts): number {
  // Typed as one word, a name agrees as a whole.
  const asWhole = shareOfQuery(query, new Set([name.whole]));
  const ofQuery = shareOfQuery(query, name.terms);
  if (asWhole > ofQuery) return (2 * asWhole) / (asWhole + 1);
  if (ofQuery === 0) return 0;
  let common = 0;
  for (const term of name.terms) if (query.idf.has(term)) common += 1;
  const ofName = common / name.terms.size;
  return (2 * ofQuery * ofName) / (ofQuery + ofName);
}

/**
 * A word of the query, or all of it, is a name that the chunk defines, case and separators aside: the square of the share
 * of the query that the name is, so that a common word in a sentence, which is a name somewhere, counts for little.
 */
export const exact = (chunk: ChunkFacts, query: QueryFacts): number =>
  Math.max(0, ...chunk.definitions.map((name) => (query.names.has(name.squeezed) ? shareOfName(name, query) ** 2 : 0)));

const shareOfName = ({ whole, terms }: DefinedName, query: QueryFacts): number =>
  Math.max(shareOfQuery(query, new Set([whole])), shareOfQuery(query, terms));
