/**
 * What keeps a file from being read, as an error.
 */
import { QdxError } from '../../../lib/errors.ts';
import { readFailure } from '../../../lib/read-failure.ts';

export function fileError(path: string, error: unknown): QdxError {
  const known = readFailure({ path, hint: `write one: --save-baseline ${path}` }, error);
  return known ?? new QdxError('failed', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
}
