/**
 * What a run will ask of an endpoint, before it asks: tokens, and what they cost.
 */
import { counted, formatAmount } from '../../../lib/quantities.ts';
import type { EncoderModel } from '../found-model.ts';

export interface CostEstimate {
  readonly texts: number;
  readonly tokens: number;
  /** The model's own tokenizer counted, all texts or a sample of them; or characters were counted. */
  readonly countedBy: 'tokenizer' | 'sample' | 'characters';
  /** Null where no price is known. */
  readonly cost: number | null;
}

/** Null for a model on this machine: it costs time alone. */
export function estimateCost(
  model: EncoderModel,
  {
    texts,
    tokens,
    isSampled = false,
  }: { readonly texts: number; readonly tokens: number; readonly isSampled?: boolean },
): CostEstimate | null {
  if (model.origin !== 'endpoint') return null;
  const { costPerMtok } = model.params;
  const countedBy = model.local ? (isSampled ? 'sample' : 'tokenizer') : 'characters';
  return { texts, tokens, countedBy, cost: costPerMtok === undefined ? null : (tokens * costPerMtok) / 1_000_000 };
}

const how = {
  tokenizer: 'counted by its tokenizer',
  sample: 'estimated from a sample',
  characters: 'estimated from characters',
} as const;

/** One sentence; says too where the run will stop at its cap. */
export function describeEstimate(model: EncoderModel, { texts, tokens, countedBy, cost }: CostEstimate): string {
  const amount = cost === null ? '' : `, about ${formatAmount(cost)}`;
  const cap = model.origin === 'endpoint' ? model.params.maxCost : undefined;
  const stops =
    cap !== undefined && cost !== null && cost > cap ? `; it will stop before --max-cost ${cap} is exceeded` : '';
  return `${model.card.name} is to encode ${counted(texts, 'texts')} of ${counted(tokens, 'tokens')} (${how[countedBy]})${amount}${stops}`;
}
