/**
 * The one place where a role's prefix meets a text, and where a text without content is turned away.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { ModelCard } from '../cards/card.ts';
import type { EncodeRole } from '../encoder.ts';

/** @throws QdxError `usage` for an empty text or one of white space: its vector would be that of the special tokens. */
export function prepareText(text: string, role: EncodeRole, card: ModelCard): string {
  if (text.trim() === '')
    throw new QdxError('usage', `an empty ${role} has no vector`, {
      hint: role === 'query' ? 'type what you are looking for' : 'leave texts without content out of the input',
    });
  return (role === 'query' ? card.queryPrefix : card.documentPrefix) + text;
}
