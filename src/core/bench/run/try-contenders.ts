/**
 * Which contenders can be opened at all: a model that is not here is no failure of a query, and must not look like one.
 */
import { isQdxError } from '../../../lib/errors.ts';
import type { JudgedQuery } from '../inputs/judged-set.ts';
import type { OpenContender } from './contender.ts';

export interface TriedContenders {
  readonly available: readonly OpenContender[];
  /** By name, with the reason. */
  readonly unavailable: Readonly<Record<string, string>>;
}

/** @throws what a contender in `needed` fails with, and whatever is no QdxError. */
export async function tryContenders(
  contenders: readonly OpenContender[],
  needed: readonly string[],
  queries: readonly JudgedQuery[],
): Promise<TriedContenders> {
  const available: OpenContender[] = [];
  const unavailable: Record<string, string> = {};
  try {
    for (const contender of contenders) {
      const reason = await openAll(contender, queries).catch((error: unknown) => {
        if (needed.includes(contender.name) || !isQdxError(error)) throw error;
        return error.message;
      });
      if (reason === undefined) available.push(contender);
      else unavailable[contender.name] = reason;
    }
  } catch (error) {
    for (const contender of contenders) await contender.close();
    throw error;
  }
  return { available, unavailable };
}

async function openAll(contender: OpenContender, queries: readonly JudgedQuery[]): Promise<undefined> {
  const collections = new Map(queries.map((query) => [query.collection, query]));
  for (const query of collections.values()) await contender.searcher(query);
}
