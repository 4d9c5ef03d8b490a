/**
 * What a path says of a chunk: words of the query in it, or that the file is beside the matter.
 */
import type { ChunkFacts } from './chunk-facts.ts';
import { type QueryFacts, shareOfQuery } from './query-facts.ts';

/** Share of the query that is in path and file name. Documentation has its path in the embedded text already. */
export const path = (chunk: ChunkFacts, query: QueryFacts): number =>
  chunk.isCode ? shareOfQuery(query, chunk.pathTerms) : 0;

const asideFolder =
  /(?:^|\/)(?:tests?|__tests__|specs?|examples?|mocks?|__mocks__|fixtures?|bench(?:marks?)?|e2e|generated|dist)\//i;
const asideFile =
  /[._-](?:test|spec|mock|stub|bench|example|generated|gen|min)s?\.\w+$|(?:^|\/)test_[^/]*\.py$|_test\.\w+$|\.d\.[cm]?ts$|(?:_pb2?|\.pb)\.\w+$/i;

/** 1 for tests, examples, mocks, benches, type declarations and generated code, unless the query asks for them. */
export function aside(chunk: ChunkFacts, query: QueryFacts): number {
  if (!chunk.isCode || ![asideFolder, asideFile].some((pattern) => pattern.test(chunk.path))) return 0;
  return asksForAsides(query) ? 0 : 1;
}

const asideWords = ['test', 'spec', 'exampl', 'mock', 'fixtur', 'benchmark', 'bench', 'declar', 'typ'];
const asksForAsides = ({ idf }: QueryFacts): boolean => asideWords.some((word) => idf.has(word));
