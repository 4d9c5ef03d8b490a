/**
 * The one error class of qdx and the one table of exit codes.
 *
 * Core throws a QdxError for everything foreseeable; anything else that is thrown is a bug.
 */

/** Every way a command can end, with its exit code (documented in docs/exit-codes.md). */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  verification: 4,
  temporary: 5,
  notFound: 6,
  denied: 7,
  refused: 8,
  gate: 9,
  locked: 10,
  interrupted: 130,
  terminated: 143,
} as const;

export type Outcome = keyof typeof exitCodes;

/**
 * What each means, and whether the same command may succeed later.
 * @public for scripts/pages/exit-codes.js
 */
export const exitMeanings: Readonly<Record<Outcome, string>> = {
  done: 'Done, and everything that was asked for was checked.',
  failed: 'Failed for a reason that has no code of its own, or a bug of qdx.',
  usage: 'A flag, setting, filter or input cannot be used as given. Nothing was touched.',
  partial: 'Finished in part: some items were rejected or skipped. What is done is kept, and the counts are printed.',
  verification: 'A check failed: counts, ids, hashes or the model are not what they should be.',
  temporary: 'The server or network did not answer after all retries. The same command may work later.',
  notFound: 'A collection, file or model is not there.',
  denied: 'The server refused the API key, or it may not do this.',
  refused: 'A safety guard refused. Nothing was changed; the message names the flag that opens it.',
  gate: 'A threshold or benchmark gate was not met.',
  locked: 'Another run is writing to the same target.',
  interrupted: 'Stopped by SIGINT (Ctrl-C). What is done is kept; the same command goes on.',
  terminated: 'Stopped by SIGTERM or SIGHUP. What is done is kept; the same command goes on.',
};
export type ErrorKind = Exclude<Outcome, 'done'>;

export interface QdxErrorOptions {
  /** The next command to type, or the next thing to do. */
  readonly hint?: string;
  /** Facts for `--json`; never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A failure that a user can act on: what failed, on what, why, in one line. */
export class QdxError extends Error {
  override readonly name = 'QdxError';
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(kind: ErrorKind, message: string, options: QdxErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.hint = options.hint;
    this.details = options.details;
  }
}

export const isQdxError = (error: unknown): error is QdxError => error instanceof QdxError;
