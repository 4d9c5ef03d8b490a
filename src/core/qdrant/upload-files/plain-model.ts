/**
 * The model that plain lines are said to be from: only its card is needed, not its files.
 */
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import { builtInCards } from '../../models/cards/built-in-cards.ts';
import type { ModelCard } from '../../models/cards/card.ts';
import { findModel, type FindModelOptions } from '../../models/find-model.ts';

/** @throws QdxError `usage` where none was named: lines do not say what made them. */
export async function plainModelCard(name: string | undefined, places: FindModelOptions): Promise<ModelCard> {
  if (name === undefined)
    throw new QdxError('usage', 'plain lines do not say which model made their vectors', {
      hint: 'add --model <name>, or upload a vectors file of qdx embed --out',
    });
  try {
    return (await findModel(name, places)).card;
  } catch (error) {
    // A model that is not on this machine may still have a card that qdx knows by heart.
    const card = builtInCards.find((known) => known.name === name);
    if (card && isQdxError(error) && error.kind === 'notFound') return card;
    throw error;
  }
}
