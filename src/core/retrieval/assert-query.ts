/**
 * A query must say something.
 */
import { QdxError } from '../../lib/errors.ts';

/** @throws QdxError `usage` for a query without text. */
export function assertQuery(query: string): void {
  if (query.trim() !== '') return;
  throw new QdxError('usage', 'the query is empty', { hint: 'Say what you look for: qdx search "open a file"' });
}
