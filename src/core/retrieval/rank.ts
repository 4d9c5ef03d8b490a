/**
 * One ranking of all candidates: the cosine, plus what the words and the signals add, on the cosine's own scale. Absolute
 * scores keep both lists honest: a query whose words are nowhere gets no words, and no list is stretched to look sure.
 */
import type { Candidate, LexicalQuery } from './candidates.ts';
import type { RerankedAs } from './rerank/chain.ts';
import { chunkFacts, type ChunkFacts } from './signals/chunk-facts.ts';
import { definition, exact } from './signals/definition.ts';
import { aside, path } from './signals/path.ts';
import { queryFacts } from './signals/query-facts.ts';
import type { RankingWeights } from './weights.ts';

export interface RankedCandidate {
  readonly candidate: Candidate;
  readonly score: number;
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

/** Two sources of one collection may have a file of the same path. */
export function fileKey({ target, payload }: Candidate): string {
  const path = payload[target.payloadKeys?.source_path ?? 'source_path'];
  const source = payload[target.payloadKeys?.source ?? 'source'];
  return JSON.stringify([target.name, source, path]);
}

interface Scored {
  readonly candidate: Candidate;
  readonly file: string;
  readonly signals: Record<string, number>;
  score: number;
}

export function rankCandidates(input: RankInput): RankedCandidate[] {
  const facts = new Map([...input.lexical].map(([name, lexical]) => [name, queryFacts(input.query, lexical)]));
  const scored = input.candidates.map((candidate): Scored => {
    const { name, payloadKeys } = candidate.target;
    const chunk = chunkFacts(candidate.payload, payloadKeys);
    const query = facts.get(name) ?? queryFacts(input.query, { idf: new Map(), ideal: 0 });
    const signals = ownSignals(candidate, chunk, { input, query });
    return { candidate, file: fileKey(candidate), signals, score: sum(candidate.dense?.score ?? 0, signals) };
  });
  addCoherence(scored, input.weights.coherence);
  return demoteRepeats(scored.toSorted(byScore), input.weights.repeat);
}

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

/** Chunks that count for their file. */
const chunksOfFile = 3;

/** Each chunk gains by how far the three best chunks of its file stand above the weakest candidate. */
function addCoherence(scored: readonly Scored[], weight: number): void {
  if (weight === 0) return;
  const lowest = Math.min(...scored.map(({ score }) => score));
  const byFile = new Map<string, number[]>();
  for (const { file, score } of scored) byFile.set(file, [...(byFile.get(file) ?? []), score - lowest]);
  for (const one of scored) {
    const best = (byFile.get(one.file) ?? []).toSorted((a, b) => b - a).slice(0, chunksOfFile);
    add(one, 'coherence', (weight * best.reduce((total, score) => total + score, 0)) / chunksOfFile);
  }
}

/** Later hits of a file that was shown already make room for other files. */
function demoteRepeats(sorted: readonly Scored[], weight: number): RankedCandidate[] {
  const seen = new Map<string, number>();
  for (const one of sorted) {
    const before = seen.get(one.file) ?? 0;
    seen.set(one.file, before + 1);
    add(one, 'repeat', -weight * before);
  }
  return sorted.toSorted(byScore);
}

function add(scored: Scored, signal: string, value: number): void {
  if (value === 0) return;
  scored.signals[signal] = value;
  scored.score += value;
}

const sum = (base: number, signals: Readonly<Record<string, number>>): number =>
  Object.values(signals).reduce((total, value) => total + value, base);

const withoutZeros = (values: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));

/** Ties by id, so that equal scores come in the same order every time. */
const byScore = (a: Scored, b: Scored): number =>
  b.score - a.score || (String(a.candidate.id) < String(b.candidate.id) ? -1 : 1);
