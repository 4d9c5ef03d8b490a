/**
 * A command that finds done what it was asked for: nothing is changed, and it ends with 0, so that a script may type it again.
 * Found while the command plans, it comes up as an error of its own code; `unlessSo` makes an outcome of it.
 */
import { isQdxError, QdxError } from '../../../lib/errors.ts';

const code = 'nothing-to-do';

/** @param message What is as it was asked for: `docs leads to docs__2 already`. */
export const alreadySo = (message: string, options: { readonly hint?: string; readonly collection?: string } = {}) =>
  new QdxError('usage', message, {
    ...(options.hint !== undefined && { hint: options.hint }),
    details: { code, ...(options.collection !== undefined && { collection: options.collection }) },
  });

export interface Unchanged {
  readonly status: 'unchanged';
  readonly reason: string;
  /** The collection that is as it was asked for. */
  readonly collection: string | null;
  /** How to have it done all the same. */
  readonly hint: string | null;
}

/** @throws what the work throws, but for `alreadySo`. */
export async function unlessSo<T>(
  work: () => Promise<T>,
): Promise<{ readonly status: 'done'; readonly result: T } | Unchanged> {
  try {
    return { status: 'done', result: await work() };
  } catch (error) {
    if (!isQdxError(error) || error.details?.['code'] !== code) throw error;
    const { message: reason, hint = null, details } = error;
    const collection = typeof details['collection'] === 'string' ? details['collection'] : null;
    return { status: 'unchanged', reason, collection, hint };
  }
}
