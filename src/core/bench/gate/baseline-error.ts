/**
 * What keeps a file from being read, as an error.
 */
import { QdxError } from '../../../lib/errors.ts';

export function fileError(path: string, error: unknown): QdxError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new QdxError('notFound', `there is no file ${path}`, { hint: `write one: --save-baseline ${path}` });
  if (code === 'EACCES' || code === 'EPERM') return new QdxError('denied', `${path} may not be read`);
  return new QdxError('failed', `${path} cannot be read: ${message}`, { cause: error });
}
