/**
 * A query must say something, and be no document.
 */
import { QdxError } from '../../lib/errors.ts';

/** Far beyond what any encoder reads; each of its words is asked for at the server. */
const maxQueryChars = 10_000;

/**
 * @param example What to type, in the words of the command.
 * @throws QdxError `usage` for a query without text, or for one that is too long.
 */
export function assertQuery(query: string, example = 'qdx search "open a file"'): void {
  if (query.trim() === '')
    throw new QdxError('usage', 'the query is empty', { hint: `say what you look for: ${example}` });
  if (query.length > maxQueryChars)
    throw new QdxError('usage', `the query has ${query.length} characters; a query may have ${maxQueryChars}`, {
      hint: 'ask for the part that matters',
    });
}
