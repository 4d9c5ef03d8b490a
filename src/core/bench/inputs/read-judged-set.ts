/**
 * Reads queries with their judgements from whatever the user has: a BEIR folder, TREC files, passage-judged JSON lines
 * (a file, or a folder with one for each collection), a CSV file.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import { packageRoot } from '../../../lib/package-root.ts';
import { readBeir } from './beir.ts';
import type { InputKind, JudgedQuery, JudgedSet } from './judged-set.ts';
import { readPassageFolder, readPassages } from './passages.ts';
import { readQueriesCsv } from './queries-csv.ts';
import { readTrec } from './trec.ts';

export interface JudgedSetInput {
  /** File or folder. */
  readonly queries: string;
  /** TREC: its qrels. */
  readonly qrels?: string;
  /** BEIR: name of the file below `qrels/`; absent: `test`, or the only one. */
  readonly split?: string;
}

/** 39 judged queries over the demo corpus; both ship with qdx. */
export const starterSet = {
  queries: join(packageRoot, 'fixtures/demo-queries/queries.jsonl'),
  corpus: join(packageRoot, 'fixtures/demo'),
} as const;

/** @throws QdxError `usage` naming file and line, `notFound` for a path that is not there. */
export async function readJudgedSet(input: JudgedSetInput, signal?: AbortSignal): Promise<JudgedSet> {
  const hash = createHash('sha256');
  const kind = await kindOf(input);
  const { queries, warnings } = await readers[kind](input, { hash, ...(signal && { signal }) });
  if (queries.length === 0)
    throw new QdxError('usage', `there is no query to ask in ${input.queries}`, {
      hint: 'docs/bench.md describes what --queries takes; --starter takes the judged queries that ship with qdx',
    });
  const isOfPassages = queries.some(({ judgements }) => judgements?.kind === 'passages');
  return {
    kind,
    source: input.queries,
    sha256: hash.digest('hex'),
    gain: isOfPassages ? 'exponential' : 'linear',
    queries,
    warnings: [...warnings, ...unjudged(queries)],
  };
}

type Reading = Parameters<typeof readBeir>[2];
interface Read {
  readonly queries: readonly JudgedQuery[];
  readonly warnings: readonly string[];
}

const readers = {
  beir: (input: JudgedSetInput, reading: Reading): Promise<Read> => readBeir(input.queries, input.split, reading),
  trec: (input: JudgedSetInput, reading: Reading): Promise<Read> => readTrec(input.queries, input.qrels ?? '', reading),
  passages: async ({ queries: path }: JudgedSetInput, reading: Reading): Promise<Read> => ({
    queries: (await stat(path)).isDirectory()
      ? await readPassageFolder(path, reading)
      : await readPassages(path, reading),
    warnings: [],
  }),
  csv: async ({ queries: path }: JudgedSetInput, reading: Reading): Promise<Read> => ({
    queries: await readQueriesCsv({ ...reading, path }),
    warnings: [],
  }),
} as const satisfies Record<InputKind, unknown>;

async function kindOf({ queries, qrels, split }: JudgedSetInput): Promise<InputKind> {
  const found = await stat(queries).catch(() => null);
  if (!found)
    throw new QdxError('notFound', `there is no file or folder ${queries}`, {
      hint: '--starter takes the judged queries that ship with qdx',
    });
  if (qrels !== undefined) return 'trec';
  if (found.isDirectory()) return (await hasQrels(queries)) ? 'beir' : 'passages';
  if (split !== undefined) throw new QdxError('usage', `--split is for a BEIR folder, and ${queries} is a file`);
  return queries.endsWith('.csv') ? 'csv' : 'passages';
}

/** That makes it a BEIR folder: one of passage-judged queries may hold a queries.jsonl as well. */
const hasQrels = async (folder: string): Promise<boolean> =>
  (await stat(join(folder, 'qrels')).catch(() => null)) !== null;

function unjudged(queries: readonly JudgedQuery[]): string[] {
  const count = queries.filter(({ judgements }) => judgements === null).length;
  return count === 0 || count === queries.length
    ? []
    : [`${count} of ${queries.length} queries have no judgement: they are timed and have no score`];
}
