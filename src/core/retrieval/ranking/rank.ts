/**
 * One ranking of all candidates: the cosine, plus what the words and the signals add, on the cosine's own scale. Absolute
 * scores keep both lists honest: a query whose words are nowhere gets no words, and no list is stretched to look sure.
 */
import type { Candidate, LexicalQuery } from '../candidates.ts';
import type { RerankedAs } from '../rerank/chain.ts';
import { fileKey, sectionKey } from './same-place.ts';
import { rankAmongHits } from './signals/among-hits.ts';
import { chunkFacts, type ChunkFacts } from './signals/chunk-facts.ts';
import { definition, exact } from './signals/definition.ts';
import { aside, path } from './signals/path.ts';
import { queryFacts } from './signals/query-facts.ts';
import type { RankingWeights } from './weights.ts';

export interface RankedCandidate {
  readonly candidate: Candidate;
  readonly score: number;
  /** The score before further pieces of a section made room; absent where none had to. */
  readonly undemoted?: number;
  /** What each part added, the cosine left out; parts that added nothing are absent. */
  readonly signals: Readonly<Record<string, number>>;
  /** Where it was reranked: its rank before that, and what each reranker made of it, in their order. */
  readonly firstRank?: number;
  readonly reranked?: readonly RerankedAs[];
}

export interface RankInput {
  readonly query: string;
  readonly candidates: readonly Candidate[];
  /** Of each collection, by its name. */
  readonly lexical: ReadonlyMap<string, LexicalQuery>;
  readonly weights: RankingWeights;
}

export function rankCandidates(input: RankInput): RankedCandidate[] {
  const facts = new Map([...input.lexical].map(([name, lexical]) => [name, queryFacts(input.query, lexical)]));
  const scored = input.candidates.map((candidate) => {
    const { name, payloadKeys } = candidate.target;
    const chunk = chunkFacts(candidate.payload, payloadKeys);
    const query = facts.get(name) ?? queryFacts(input.query, { idf: new Map(), ideal: 0 });
    const signals = ownSignals(candidate, chunk, { input, query });
    return { ...placeOf(candidate), candidate, signals, score: sum(candidate.dense?.score ?? 0, signals) };
  });
  return rankAmongHits(scored, input.weights).map(({ candidate, score, signals }) => ({
    candidate,
    score,
    undemoted: score - (signals['section'] ?? 0),
    signals,
  }));
}

const placeOf = (candidate: Candidate) => ({
  id: candidate.id,
  file: fileKey(candidate),
  section: sectionKey(candidate),
});

interface Asked {
  readonly input: RankInput;
  readonly query: ReturnType<typeof queryFacts>;
}

function ownSignals(candidate: Candidate, chunk: ChunkFacts, { input, query }: Asked): Record<string, number> {
  const { weights, lexical } = input;
  const ideal = lexical.get(candidate.target.name)?.ideal ?? 0;
  const words = ideal > 0 ? (candidate.lexical?.score ?? 0) / ideal : 0;
  return withoutZeros({
    words: weights.words * words,
    definition: weights.definition * definition(chunk, query),
    exact: weights.exact * exact(chunk, query),
    path: weights.path * path(chunk, query),
    aside: -weights.aside * aside(chunk, query),
  });
}

const sum = (base: number, signals: Readonly<Record<string, number>>): number =>
  Object.values(signals).reduce((total, value) => total + value, base);

const withoutZeros = (values: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));
