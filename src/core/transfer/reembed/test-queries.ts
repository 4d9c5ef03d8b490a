/**
 * `--queries`: test queries of the user, plain (one a line) or judged (JSON lines with `query` and `answers`), answered by the
 * old collection and the new one as `qdx search` would.
 */
import { readByteLines } from '../../../lib/byte-lines.ts';
import { QdxError } from '../../../lib/errors.ts';
import { isFault, type JsonLine, readJsonl } from '../../../lib/jsonl.ts';
import type { Hit } from '../../retrieval/hits/hit.ts';
import type { Searcher } from '../../retrieval/search.ts';
import { gainsOf, hitOverlap, type QueryFigures, queryFigures } from './query-figures.ts';
import { mean } from '../../../lib/statistics/mean.ts';

export interface Answer {
  /** Payload `source_path` of a right hit, or its id. */
  readonly path?: string;
  readonly id?: string;
  /** 1 helps, 2 answers fully. */
  readonly grade: number;
}

export interface TestQuery {
  readonly query: string;
  /** Empty: not judged. */
  readonly answers: readonly Answer[];
}

const maxLineBytes = 1024 * 1024;

/** @throws QdxError `usage` naming the line that is no query; a file without any is one too. */
export async function readTestQueries(path: string): Promise<TestQuery[]> {
  const lines: string[] = [];
  for await (const { bytes } of readByteLines(path, { maxLineBytes })) {
    const line = bytes
      .toString('utf8')
      .replace(/^\uFEFF/u, '')
      .trim();
    if (line !== '') lines.push(line);
  }
  const [first] = lines;
  if (first === undefined)
    throw new QdxError('usage', `${path} holds no query`, { hint: 'one a line, or JSON lines with "query"' });
  return first.startsWith('{') ? readJudged(path) : lines.map((query) => ({ query, answers: [] }));
}

async function readJudged(path: string): Promise<TestQuery[]> {
  const queries: TestQuery[] = [];
  for await (const line of readJsonl(path)) {
    if (isFault(line)) throw new QdxError('usage', `${path} line ${line.number}: ${line.fault}`);
    queries.push(toQuery(path, line));
  }
  return queries;
}

function toQuery(path: string, { number, value }: JsonLine): TestQuery {
  const { query, answers = [] } = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly query?: unknown;
    readonly answers?: unknown;
  };
  const wrong = (reason: string) => new QdxError('usage', `${path} line ${number}: ${reason}`);
  if (typeof query !== 'string' || query.trim() === '') throw wrong('it has no "query" that is a text');
  if (!Array.isArray(answers)) throw wrong('its "answers" are no list');
  return { query, answers: answers.map((answer: unknown) => toAnswer(answer, wrong)) };
}

function toAnswer(value: unknown, wrong: (reason: string) => QdxError): Answer {
  const {
    path,
    id,
    grade = 1,
  } = (typeof value === 'object' && value !== null ? value : {}) as {
    readonly path?: unknown;
    readonly id?: unknown;
    readonly grade?: unknown;
  };
  if (typeof grade !== 'number' || !(grade > 0)) throw wrong('the "grade" of an answer is no number above 0');
  if (typeof path === 'string') return { path, grade };
  if (['string', 'number', 'bigint'].includes(typeof id)) return { id: String(id), grade };
  throw wrong('an answer has neither "path" nor "id"');
}

export interface QueryComparison {
  readonly queries: number;
  /** Null: not judged. */
  readonly made: QueryFigures | null;
  /** Null: not judged, or the old collection cannot be queried. */
  readonly old: QueryFigures | null;
  /** Mean share of the first ten hits that both find; null where the old one cannot be queried. */
  readonly overlapAt10: number | null;
}

/** `old` null where it cannot be queried. */
export async function compareQueries(
  queries: readonly TestQuery[],
  { old, made }: { readonly old: Searcher | null; readonly made: Searcher },
): Promise<QueryComparison> {
  const results: { readonly query: TestQuery; readonly old: readonly Hit[] | null; readonly made: readonly Hit[] }[] =
    [];
  for (const query of queries) {
    const [before, after] = await Promise.all([old?.search(query.query), made.search(query.query)]);
    results.push({ query, old: before?.hits ?? null, made: after.hits });
  }
  const judged = results.filter(({ query }) => query.answers.length > 0);
  const shares = results.flatMap(({ old: before, made: after }) => (before ? [hitOverlap(before, after)] : []));
  return {
    queries: queries.length,
    made: queryFigures(judged.map(({ query, made: hits }) => gainsOf(hits, query))),
    old: old ? queryFigures(judged.map(({ query, old: hits }) => gainsOf(hits ?? [], query))) : null,
    overlapAt10: shares.length === 0 ? null : mean(shares),
  };
}
