/**
 * Another reranker in the place of one that cannot be used, as the user has configured it; each time it is said.
 */
import { type ErrorKind, isQdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Reranker, Reranking } from './port.ts';

/** Failures of the endpoint, not of what was asked for. */
const ofEndpoint: ReadonlySet<ErrorKind> = new Set(['temporary', 'denied', 'notFound', 'failed']);

/** @param open Opens the other one, when it is needed first. */
export function withFallback(first: Reranker, open: () => Promise<Reranker>): Reranker {
  let other: Promise<Reranker> | undefined;
  /** One that could not be opened is tried again for the next query. */
  const openOther = (): Promise<Reranker> =>
    (other ??= open().catch((error: unknown) => {
      other = undefined;
      throw error;
    }));
  return {
    kind: first.kind,
    name: first.name,
    rerank: async (query, candidates, run) => {
      const result = await triedFirst(first, query, candidates, run);
      if (typeof result !== 'string') return result;
      const second = await openOther();
      run.onEvent?.({ type: 'warning', message: `${second.kind} took the place of ${first.kind}: ${result}` });
      const reranking = await second.rerank(query, candidates, run);
      return { ...reranking, by: { kind: second.kind, name: second.name, reason: result } };
    },
    close: async () => {
      await first.close();
      await (await other?.catch(() => undefined))?.close();
    },
  };
}

/** Or why it gave nothing. */
async function triedFirst(
  first: Reranker,
  query: string,
  candidates: Parameters<Reranker['rerank']>[1],
  run: RunOptions,
): Promise<Reranking | string> {
  try {
    const result = await first.rerank(query, candidates, run);
    if (result.scored > 0 || candidates.length === 0) return result;
    return `${first.name} scored nothing (${Object.keys(result.failures).join(', ')})`;
  } catch (error) {
    if (isQdxError(error) && ofEndpoint.has(error.kind)) return error.message;
    throw error;
  }
}
