/**
 * Which sign bits of token vectors a collection keeps beside its points, for late interaction.
 */
import type { Settings } from '../../config/schema.ts';
import { QdxError } from '../../../lib/errors.ts';
import type { ModelCard } from '../../models/cards/card.ts';
import { tokenLayout, type TokenLayout } from '../../vectors/packed-tokens.ts';
import type { CollectionCard } from './collection-card.ts';

export type KeptTokens = CollectionCard['tokenVectors'];

/** Payload key of a new collection. */
export const tokensKey = 'token_vectors';

/**
 * Of a new collection or vectors file: as the settings say, else of models whose token vectors a benchmark found usable.
 * @throws QdxError `usage` where they are wanted of a model that has none.
 */
export function wantedTokens({ tokenVectors, tokenWindow }: Settings['embed'], model: ModelCard): KeptTokens {
  if (tokenVectors === true && model.tokenVectors === 'none')
    throw new QdxError('usage', `${model.name} has no token vectors: its card says tokenVectors "none"`, {
      hint: 'leave --token-vectors out',
    });
  const isWanted = tokenVectors ?? model.tokenVectors === 'usable';
  return isWanted ? { payloadKey: tokensKey, window: tokenWindow, encoding: 'sign' } : null;
}

/** Null where nothing is kept. */
export const layoutOfCard = ({
  model,
  tokenVectors,
}: Pick<CollectionCard, 'model' | 'tokenVectors'>): TokenLayout | null =>
  tokenVectors && tokenLayout(model, tokenVectors.window);
