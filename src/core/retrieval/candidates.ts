/**
 * Candidates of one collection: one request, in which each list is also scored by the other side, so that every candidate
 * has both scores; and the inverse document frequencies that the server uses, for the signals.
 */
import type { RunOptions } from '../../lib/events.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { type PointId, pointsPath } from '../qdrant/collection/points.ts';
import type { QdrantFilter } from './filters.ts';
import type { SparseVector } from '../lexical/lexical.ts';
import type { SearchParams } from './params.ts';
import type { SearchTarget } from './target.ts';

export interface Candidate {
  readonly target: SearchTarget;
  readonly id: PointId;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly dense?: StagePlace;
  readonly lexical?: StagePlace;
}

/** Score of one side; the rank is that of its own list, absent for a candidate that only the other list has. */
interface StagePlace {
  readonly rank?: number;
  /** Dense: the cosine (the server's score where the distance has none). Lexical: the server's BM25 sum. */
  readonly score: number;
}

export interface CandidateLists {
  readonly candidates: readonly Candidate[];
  readonly query: LexicalQuery;
  /** A list was cut off at the count: deeper ones may follow. */
  readonly isCut: boolean;
}

/** What the words of the query weigh in this collection. */
export interface LexicalQuery {
  /** By term. A term that no point has counts as the rarest: a query of unknown words has few words to be found by. */
  readonly idf: ReadonlyMap<string, number>;
  /** The BM25 sum of a chunk that is full of every term: the scale of lexical scores. */
  readonly ideal: number;
}

export interface CandidateQuestion {
  readonly target: SearchTarget;
  readonly query: string;
  readonly vector: Float32Array | null;
  readonly filter: QdrantFilter | undefined;
  /** Of each list. */
  readonly count: number;
  readonly params: SearchParams;
}

interface RawHit {
  readonly id: PointId;
  readonly score: number;
  readonly payload?: Readonly<Record<string, unknown>> | null;
  readonly vector?: Readonly<Record<string, SparseVector>>;
}

export async function fetchCandidates(
  connection: Connection,
  question: CandidateQuestion,
  run: RunOptions,
): Promise<CandidateLists> {
  const lists = plan(question);
  const searches = Object.values(lists.searches);
  const names = Object.keys(lists.searches);
  if (searches.length === 0) return { candidates: [], query: { idf: new Map(), ideal: 0 }, isCut: false };
  const answers = await connection.request<{ points: RawHit[] }[]>(
    'POST',
    pointsPath(question.target.name, '/query/batch'),
    { body: { searches }, ...(run.signal && { signal: run.signal }) },
  );
  const byName = new Map(names.map((name, index) => [name, answers[index]?.points ?? []]));
  return {
    candidates: joinLists(question.target, byName, question.params.minScore !== undefined),
    query: lexicalQuery(question, lists.terms, byName),
    isCut: listsThatEnd(question).some((name) => (byName.get(name)?.length ?? 0) >= question.count),
  };
}

/** Every hit above a least cosine is in the dense list, so that the other one cannot bring in more. */
const listsThatEnd = ({ params }: CandidateQuestion): readonly string[] =>
  params.minScore === undefined ? ['dense', 'lexical'] : ['dense'];

interface Plan {
  readonly searches: Readonly<Record<string, unknown>>;
  /** Terms whose frequency is asked for, by the name of the search. */
  readonly terms: ReadonlyMap<string, string>;
}

function plan(question: CandidateQuestion): Plan {
  const { target, query, filter, count } = question;
  const dense = denseSearch(question);
  const sparse = target.lexical?.encoder.query(query);
  const lexical =
    target.lexical && sparse && sparse.indices.length > 0
      ? { query: sparse, using: target.lexical.sparseName, limit: count, ...(filter && { filter }) }
      : null;
  // Token vectors are fetched for what is reranked alone.
  const payload = target.tokens ? { exclude: [target.tokens.payloadKey] } : true;
  const searches: Record<string, unknown> = {
    ...(dense && { dense: { ...dense, with_payload: payload } }),
    ...(lexical && { lexical: { ...lexical, with_payload: payload } }),
  };
  const terms = new Map<string, string>();
  if (dense && lexical) {
    const { limit: _limit, filter: _filter, ...denseQuery } = dense;
    searches['denseOfLexical'] = { ...denseQuery, limit: count, prefetch: lexical };
    const { score_threshold: _threshold, ...whole } = dense;
    searches['lexicalOfDense'] = { query: sparse, using: lexical.using, limit: count, prefetch: whole };
  }
  if (lexical && target.mode === 'hybrid') addTermSearches(question, searches, terms);
  return { searches, terms };
}

function denseSearch({ target, vector, filter, count, params }: CandidateQuestion) {
  if (!target.dense || !vector) return null;
  const { cosine, vectorName, isQuantized } = target.dense;
  const { rescore, oversampling, exact, ef, minScore } = params;
  return {
    query: [...vector],
    ...(vectorName !== '' && { using: vectorName }),
    limit: count,
    params: {
      // The server looks at no fewer than the limit, whatever this says.
      ...(exact ? { exact } : { hnsw_ef: ef }),
      ...(isQuantized && { quantization: { ...(rescore !== undefined && { rescore }), oversampling } }),
    },
    ...(filter && { filter }),
    ...(minScore !== undefined && cosine && { score_threshold: cosine.threshold(minScore) }),
  };
}

/** Each term is a search of its own in the batch. */
const maxTerms = 64;

/** One point with the term, and its weight there: the score is weight × idf. Terms are few, and so are their postings. */
function addTermSearches(
  { target, query }: CandidateQuestion,
  searches: Record<string, unknown>,
  terms: Map<string, string>,
): void {
  const { encoder, sparseName } = target.lexical ?? {};
  if (!encoder || sparseName === undefined) return;
  for (const term of [...new Set(encoder.terms(query))].slice(0, maxTerms)) {
    const name = `term ${term}`;
    terms.set(name, term);
    const vector = { indices: [encoder.indexOf(term)], values: [1] };
    searches[name] = { query: vector, using: sparseName, limit: 1, with_vector: [sparseName] };
  }
}

function joinLists(
  target: SearchTarget,
  lists: ReadonlyMap<string, readonly RawHit[]>,
  isThresholded: boolean,
): Candidate[] {
  const places = new Map<string, { dense?: StagePlace; lexical?: StagePlace }>();
  const place = (name: string, stage: 'dense' | 'lexical', isOwn: boolean, of: (score: number) => number) => {
    for (const [index, { id, score }] of (lists.get(name) ?? []).entries()) {
      const known = places.get(String(id)) ?? {};
      known[stage] ??= { ...(isOwn && { rank: index + 1 }), score: of(score) };
      places.set(String(id), known);
    }
  };
  const cosine = target.dense?.cosine?.of ?? ((score: number) => score);
  place('dense', 'dense', true, cosine);
  place('lexical', 'lexical', true, (score) => score);
  place('denseOfLexical', 'dense', false, cosine);
  place('lexicalOfDense', 'lexical', false, (score) => score);
  const points = new Map<string, RawHit>();
  for (const name of ['dense', 'lexical']) for (const hit of lists.get(name) ?? []) points.set(String(hit.id), hit);
  return [...points.values()]
    .map(({ id, payload }) => ({ target, id, payload: payload ?? {}, ...places.get(String(id)) }))
    .filter((candidate) => !isThresholded || candidate.dense !== undefined);
}

function lexicalQuery(
  { target, query }: CandidateQuestion,
  terms: ReadonlyMap<string, string>,
  lists: ReadonlyMap<string, readonly RawHit[]>,
): LexicalQuery {
  const { encoder, sparseName = '' } = target.lexical ?? {};
  const idf = new Map<string, number>();
  if (!encoder) return { idf, ideal: 0 };
  for (const [name, term] of terms) {
    const [point] = lists.get(name) ?? [];
    const { indices = [], values = [] } = point?.vector?.[sparseName] ?? {};
    const weight = values[indices.indexOf(encoder.indexOf(term))];
    idf.set(term, point && weight !== undefined && weight > 0 ? point.score / weight : idfOfUnseen(target.pointCount));
  }
  const occurrences = encoder.terms(query);
  const ideal = occurrences.reduce((sum, term) => sum + (idf.get(term) ?? 0) * encoder.highestWeight, 0);
  return { idf, ideal };
}

/** The server's formula, ln(1 + (N − n + ½) / (n + ½)), for n = 0. */
const idfOfUnseen = (pointCount: number): number => Math.log(1 + (pointCount + 0.5) / 0.5);
