/**
 * An id that stands twice in one input, where the upload stops at that; and what it had written until then.
 */
import { isQdxError, QdxError } from '../../../lib/errors.ts';
import { counted } from '../../../lib/quantities.ts';
import type { PointId } from '../collection/points.ts';

const ways = 'add --on-duplicate first or --on-duplicate last and run it again';

/** As long as nothing was sent. */
export const duplicateId = (id: PointId, firstLine: number, line: number): QdxError =>
  new QdxError('verification', `line ${line}: id ${String(id)} was on line ${firstLine} already`, {
    hint: `nothing was written; ${ways}`,
    details: { id: String(id), firstLine, line },
  });

/** The same where something was sent before; other errors as they are. @param confirmed Points that the server took. */
export function afterSending(error: unknown, confirmed: number): unknown {
  if (!isQdxError(error) || error.details?.['firstLine'] === undefined) return error;
  const { kind, message, details } = error;
  const written = confirmed > 0 ? `${counted(confirmed, 'points were')} written` : 'points may have been written';
  return new QdxError(kind, message, { hint: `${written} before that line; ${ways}`, details });
}
