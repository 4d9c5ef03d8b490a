/**
 * Many queries in one process: a JSON-lines file in, one answer a query out, in the order of the input.
 */
import type { ByteSource } from '../../lib/byte-lines.ts';
import { isQdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { isFault, type JsonLine, type JsonLineFault, readJsonl } from '../../lib/jsonl.ts';
import { mapOrdered } from '../../lib/ordered-map.ts';
import type { SearchResponse } from './response.ts';
import type { Searcher } from './search.ts';

/** Of a failed query only the id (null where the line has none) and the error. */
export type QueryAnswer =
  | ({ readonly id: QueryId } & SearchResponse)
  | { readonly id: QueryId | null; readonly error: { readonly kind: string; readonly message: string } };

type QueryId = string | number | bigint;

/** Queries under way at once: while one is encoded, others wait for the server. */
const inFlight = 4;
const maxLineBytes = 1024 * 1024;

export async function* searchQueries(
  searcher: Searcher,
  source: ByteSource,
  run: RunOptions = {},
): AsyncGenerator<QueryAnswer, void, undefined> {
  const lines = readJsonl(source, { maxLineBytes, ...(run.signal && { signal: run.signal }) });
  yield* mapOrdered(lines, (line) => answerLine(line, searcher), { inFlight });
}

async function answerLine(line: JsonLine | JsonLineFault, searcher: Searcher): Promise<QueryAnswer> {
  if (isFault(line)) return failed(null, 'usage', `line ${line.number}: ${line.fault}`);
  if (typeof line.value !== 'object' || line.value === null || Array.isArray(line.value))
    return failed(null, 'usage', `line ${line.number}: it is no JSON object`);
  const { id, query } = line.value as { readonly id?: unknown; readonly query?: unknown };
  if (!isId(id)) return failed(null, 'usage', `line ${line.number}: it has no "id" that is a text or a number`);
  if (typeof query !== 'string') return failed(id, 'usage', `line ${line.number}: it has no "query" that is a text`);
  try {
    return { id, ...(await searcher.search(query)) };
  } catch (error) {
    // A stopped run, and what is no fault of the query, ends the whole.
    if (!isQdxError(error) || error.kind === 'interrupted' || error.kind === 'terminated') throw error;
    return failed(id, error.kind, error.message);
  }
}

const isId = (id: unknown): id is QueryId => ['string', 'number', 'bigint'].includes(typeof id);

const failed = (id: QueryId | null, kind: string, message: string): QueryAnswer => ({ id, error: { kind, message } });
