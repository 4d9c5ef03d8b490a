/**
 * The lexical side: qdx's own code-aware terms and BM25 term weights, made in the client. The server does IDF only
 * (sparse vector with `modifier: idf`), so everything else that decides a weight is fixed here and kept in the card.
 */
import type { ChunkPayload } from '../corpus/chunk.ts';
import { hashTerm } from './hash-term.ts';
import { documentTerms, queryTerms, tokenizerVersion } from './terms.ts';

export interface SparseVector {
  /** u32, ascending, without repeats. */
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** Everything that decides what a `bm25` vector means: part of the collection's card. */
export interface LexicalSettings {
  /** Raised when the same text would give other terms. */
  readonly tokenizerVersion: number;
  /** How a term becomes a u32 index. */
  readonly hash: 'murmur3-32' | 'fnv1a-32';
  readonly k1: number;
  readonly b: number;
  /** Fixed average length in terms, since the server knows none. */
  readonly averageLength: number;
  /** How often a term of a field counts, against once for a term of the content. */
  readonly fieldWeights: Readonly<Record<LexicalField, number>>;
}

type LexicalField = 'path' | 'heading' | 'symbol';

/** What of a payload has terms. */
type LexicalPayload = Readonly<
  Partial<Pick<ChunkPayload, 'content' | 'source_path' | 'heading_path' | 'symbol_path' | 'symbols' | 'title'>>
>;

export interface LexicalEncoder {
  readonly settings: LexicalSettings;
  /** BM25 term weights of a chunk: tf·(k1+1) / (tf + k1·(1 − b + b·length/averageLength)) with field-weighted tf. */
  document(payload: LexicalPayload): SparseVector;
  /** One for each term, more for a term that is typed more than once. */
  query(text: string): SparseVector;
  /** Terms of a text in order, as documents have them. */
  terms(text: string): string[];
  /** Where a term lies in the sparse vectors. */
  indexOf(term: string): number;
  /** What the weight of a term in a document approaches as the term fills it. */
  readonly highestWeight: number;
}

export const defaultLexical: LexicalSettings = {
  tokenizerVersion,
  hash: 'murmur3-32',
  k1: 1.2,
  b: 0.75,
  averageLength: 150,
  fieldWeights: { path: 1, heading: 1, symbol: 1 },
};

export function createLexicalEncoder(settings: LexicalSettings = defaultLexical): LexicalEncoder {
  return {
    settings,
    document: (payload) => toSparse(weighDocument(payload, settings), settings.hash),
    query: (text) => toSparse(countTerms(queryTerms(text)), settings.hash),
    terms: documentTerms,
    indexOf: (term) => hashTerm(term, settings.hash),
    highestWeight: settings.k1 + 1,
  };
}

function weighDocument(payload: LexicalPayload, settings: LexicalSettings): Map<string, number> {
  const { k1, b, averageLength, fieldWeights } = settings;
  const body = documentTerms(payload.content ?? '');
  const frequencies = countTerms(body);
  for (const [field, text] of Object.entries(fieldTexts(payload)) as [LexicalField, string][])
    countTerms(documentTerms(text), fieldWeights[field], frequencies);
  const saturation = k1 * (1 - b + (b * body.length) / averageLength);
  for (const [term, frequency] of frequencies) frequencies.set(term, (frequency * (k1 + 1)) / (frequency + saturation));
  return frequencies;
}

function fieldTexts(payload: LexicalPayload): Record<LexicalField, string> {
  return {
    path: payload.source_path ?? '',
    heading: [payload.title ?? '', ...(payload.heading_path ?? [])].join('\n'),
    symbol: [...new Set([...(payload.symbol_path ?? []), ...(payload.symbols ?? [])])].join('\n'),
  };
}

function countTerms(terms: readonly string[], weight = 1, counts = new Map<string, number>()): Map<string, number> {
  if (weight > 0) for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + weight);
  return counts;
}

/** Terms of one hash are one index: their weights add up (about one pair in a vocabulary of 100,000 terms). */
function toSparse(weights: ReadonlyMap<string, number>, hash: LexicalSettings['hash']): SparseVector {
  const byIndex = new Map<number, number>();
  for (const [term, weight] of weights) {
    const index = hashTerm(term, hash);
    byIndex.set(index, (byIndex.get(index) ?? 0) + weight);
  }
  const indices = [...byIndex.keys()].sort((left, right) => left - right);
  return { indices, values: indices.map((index) => Math.fround(byIndex.get(index) ?? 0)) };
}
