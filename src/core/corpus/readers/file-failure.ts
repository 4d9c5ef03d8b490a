/**
 * Errors of the file system, told from all others: they cost the file, not the run.
 */

/** The code (`EACCES`, `EIO`) where reading a file failed, also where that is the cause; undefined for any other error. */
export function fileFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('syscall' in error && 'code' in error) return String(error.code);
  return error.cause === undefined ? undefined : fileFailure(error.cause);
}
