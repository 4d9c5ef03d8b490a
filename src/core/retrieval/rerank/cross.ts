/**
 * Cross-encoder: a model that reads query and text together and scores the pair. The order is by logit; what is told is what
 * the model's authors tell.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { RerankerCard } from '../../models/cards/reranker-card.ts';
import { openPairScorer } from '../../models/open-pair-scorer.ts';
import type { PairScorer } from '../../models/pair-scorer.ts';
import type { PairScore } from '../../models/scorers/score-pairs.ts';
import { orderByScore } from './by-score.ts';
import type { RerankCandidate, Reranker, RerankerContext, Reranking } from './port.ts';

export async function openCrossEncoder({ params, places }: RerankerContext, run: RunOptions): Promise<Reranker> {
  if (!places.findReranker) throw new Error('a cross-encoder was asked for where none can be found');
  const model = await places.findReranker(params.crossModel);
  for (const message of model.notes) run.onEvent?.({ type: 'note', message });
  const { workers, budgetMs } = params;
  const environment = places.environment ?? {};
  const scorer = await openPairScorer(model, { workers, environment }, run);
  return {
    kind: 'cross',
    name: model.card.name,
    rerank: (query, candidates, options) => rerankPairs(scorer, { query, candidates, budgetMs }, options),
    close: () => scorer.close(),
  };
}

interface Question {
  readonly query: string;
  readonly candidates: readonly RerankCandidate[];
  readonly budgetMs: number | undefined;
}

async function rerankPairs(
  scorer: PairScorer,
  { query, candidates, budgetMs }: Question,
  { onEvent }: RunOptions,
): Promise<Reranking> {
  const texts = candidates.map(({ text }) => text);
  const until = budgetMs === undefined ? undefined : AbortSignal.timeout(budgetMs);
  const order = budgetMs === undefined ? longestFirst(texts) : [...texts.keys()];
  const scores = await scorer.score(query, texts, { order, ...(until && { until }) });
  const scored = scores.flatMap((score) => score ?? []);
  const left = scores.length - scored.length;
  const isStopped = left > 0 && until?.aborted === true;
  const stopped = `the time for reranking (${budgetMs} ms) ended after ${scored.length} of ${scores.length} candidates; the others keep their places`;
  if (isStopped) onEvent?.({ type: 'warning', message: stopped });
  return {
    order: orderOf(scores, scorer.card),
    scored: scored.length,
    // Told apart by who stopped: texts that the model cannot survive are few, and the pool has warned of each.
    failures: left > 0 ? { [isStopped ? 'outOfTime' : 'crashed']: left } : {},
    notes: [...(isStopped ? [stopped] : []), ...windowNotes(scored)],
  };
}

function windowNotes(scored: readonly PairScore[]): string[] {
  const cut = scored.filter(({ windows }) => windows > 1).length;
  return cut === 0
    ? []
    : [`${cut} of the candidates are longer than the model reads at once: their best window counts`];
}

/** So that no core is left alone with the longest at the end; where time may run out, the best come first instead. */
const longestFirst = (texts: readonly string[]): number[] =>
  [...texts.keys()].toSorted((a, b) => (texts[b]?.length ?? 0) - (texts[a]?.length ?? 0));

/** The order is that of the logits, of which probabilities near 1 cannot be told apart. */
function orderOf(scores: readonly (PairScore | null)[], { score: told }: RerankerCard): Reranking['order'] {
  const order = orderByScore(scores.map((score) => score?.logit ?? null));
  return order.map(({ index, score: logit }) => ({
    index,
    ...(logit !== undefined && { score: told === 'logit' ? logit : 1 / (1 + Math.exp(-logit)) }),
  }));
}
