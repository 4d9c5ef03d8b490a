/**
 * Endpoint: any service that scores texts against a query in the common shape of rerank APIs (Cohere, Jina, vLLM,
 * llama.cpp: `{query, documents}` to `{results: [{index, relevance_score}]}`; text-embeddings-inference: `{query, texts}` to
 * `[{index, score}]`).
 */
import { QdxError } from '../../../../lib/errors.ts';
import type { RunOptions } from '../../../../lib/events.ts';
import { orderByScore } from '../by-score.ts';
import type { RerankCandidate, Reranker, RerankerContext, Reranking } from '../port.ts';
import { type Endpoint, Failed, openEndpoint } from './ask.ts';
import { remoteAddress, type RemoteParams, saySending } from './remote-params.ts';

/** @throws QdxError `usage` without an address, or with a cap on the cost; `refused` where texts or a key must not go there. */
export async function openRerankEndpoint({ params }: RerankerContext, run: RunOptions): Promise<Reranker> {
  const { remote, depth } = params;
  if (remote.maxCost !== undefined) throw costIsUnknown();
  const address = remoteAddress('endpoint', remote, { path: 'rerank', version: '' });
  const endpoint = openEndpoint(address, remote);
  saySending('endpoint', address, depth, run.onEvent);
  return {
    kind: 'endpoint',
    name: `${remote.model === undefined ? '' : `${remote.model} at `}${address.host}`,
    rerank: (query, candidates, options) => rerankThere({ endpoint, remote, query, candidates }, options),
    close: async () => endpoint.close(),
  };
}

/** Services that score texts bill by searches or tokens, and few of their answers say what was billed. */
const costIsUnknown = (): QdxError =>
  new QdxError('usage', '--rerank endpoint cannot keep a cap on the cost: its answers do not tell what they cost', {
    hint: 'cap the requests instead: --rerank-max-requests',
  });

interface Question {
  readonly endpoint: Endpoint;
  readonly remote: RemoteParams;
  readonly query: string;
  readonly candidates: readonly RerankCandidate[];
}

/** Requests of one query under way at once. */
const inFlight = 4;

async function rerankThere({ endpoint, remote, query, candidates }: Question, run: RunOptions): Promise<Reranking> {
  const before = endpoint.spending.requests;
  const scores = candidates.map((): number | null => null);
  const failures = new Map<string, number>();
  const count = (what: string, amount: number): void => {
    if (amount > 0) failures.set(what, (failures.get(what) ?? 0) + amount);
  };
  const starts = candidates.flatMap((_, index) => (index % remote.batchSize === 0 ? [index] : [])).values();
  const work = async (): Promise<void> => {
    for (const start of starts) {
      const texts = candidates.slice(start, start + remote.batchSize).map(({ text }) => text);
      const model = remote.model === undefined ? {} : { model: remote.model };
      const body = { ...model, query, [remote.textsField]: texts };
      const answer = await endpoint.ask(body, (json) => readScores(json, texts.length), run);
      if (answer instanceof Failed) {
        count(answer.reason, texts.length);
        continue;
      }
      answer.scores.forEach((score, at) => (scores[start + at] = score));
      count('missing', answer.scores.filter((score) => score === null).length);
      count('outOfRange', answer.outOfRange);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  if (isUniform(scores)) {
    count('uniform', scores.length);
    scores.fill(null);
  }
  return outcomeOf(scores, failures, { requests: endpoint.spending.requests - before, run });
}

/**
 * Models that lost their classifier when they were converted give every pair next to nothing (llama.cpp #16407): an order
 * made of that would be noise.
 */
function isUniform(scores: readonly (number | null)[]): boolean {
  const given = scores.filter((score) => score !== null);
  return given.length > 1 && Math.max(...given) - Math.min(...given) < 1e-12;
}

function outcomeOf(
  scores: readonly (number | null)[],
  failures: ReadonlyMap<string, number>,
  { requests, run }: { readonly requests: number; readonly run: RunOptions },
): Reranking {
  const scored = scores.filter((score) => score !== null).length;
  if (scored < scores.length) {
    const reasons = [...failures].map(([what, times]) => `${what} ${times}`).join(', ');
    const message = `${scores.length - scored} of ${scores.length} candidates have no score of the endpoint (${reasons}): they keep their places`;
    run.onEvent?.({ type: 'warning', message });
  }
  return { order: orderByScore(scores), scored, failures: Object.fromEntries(failures), requests };
}

interface BatchScores {
  /** Null for a text that the answer leaves out; of a text that it names twice the first counts. */
  readonly scores: readonly (number | null)[];
  readonly outOfRange: number;
}

function readScores(json: unknown, count: number): BatchScores | Failed {
  const results: unknown = Array.isArray(json) ? json : (json as { readonly results?: unknown } | null)?.results;
  if (!Array.isArray(results)) return new Failed('malformed');
  const scores: (number | null)[] = Array.from({ length: count }, () => null);
  let outOfRange = 0;
  for (const result of results as unknown[]) {
    const { index, relevance_score: relevance, score = relevance } = Object(result) as Record<string, unknown>;
    if (typeof index !== 'number' || typeof score !== 'number' || !Number.isFinite(score))
      return new Failed('malformed');
    if (scores[index] === undefined) outOfRange += 1;
    else scores[index] ??= score;
  }
  return scores.every((score) => score === null) ? new Failed('malformed') : { scores, outOfRange };
}
