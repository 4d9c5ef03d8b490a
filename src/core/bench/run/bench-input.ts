/**
 * What every suite over queries takes, and what the collections know of its judgements.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { SearchParams } from '../../retrieval/params.ts';
import type { Limit } from '../gate/limits.ts';
import { type JudgedSet, judgesPassages } from '../inputs/judged-set.ts';
import { type DocumentKey, findDocuments, type KnownDocuments } from '../metrics/document-key.ts';

interface BenchSettings {
  /** Times each query is asked for its latency. */
  readonly rounds: number;
  readonly seed: number;
  /** Hits of each query that are judged. */
  readonly depth: number;
}

export interface BenchInput extends BenchSettings {
  readonly set: JudgedSet;
  /** As the user searches. */
  readonly params: SearchParams;
  /** Besides the usual ones. */
  readonly measures: readonly string[];
  readonly documentKey?: DocumentKey;
  readonly limits: readonly Limit[];
}

/** Those of the run, and those that queries name. */
export const collectionsOf = ({ set, params }: Pick<BenchInput, 'set' | 'params'>): string[] => {
  const named = set.queries.flatMap(({ collection }) => (collection === undefined ? [] : [collection]));
  const usesOwn = set.queries.some(({ collection }) => collection === undefined);
  return [...new Set([...named, ...(usesOwn ? params.collections : [])])];
};

/** @throws QdxError `usage` where nothing is judged: for what is decided by scores alone. */
export function assertJudged({ queries, source }: JudgedSet, what: string): void {
  if (queries.some(({ judgements }) => judgements !== null)) return;
  throw new QdxError('usage', `no query in ${source} is judged, and ${what} goes by judgements`, {
    hint: 'qdx bench judge writes a file of passages to judge',
  });
}

/**
 * Null where nothing is judged.
 * @throws QdxError `usage` where no collection has any of them: every score would be 0, and say nothing.
 */
export async function knownDocuments(
  connection: Connection,
  input: Pick<BenchInput, 'set' | 'params' | 'documentKey'>,
  run: RunOptions,
): Promise<KnownDocuments | null> {
  const { set, params, documentKey } = input;
  const ids = new Set(
    set.queries.flatMap(({ judgements }) => {
      if (judgements?.kind === 'documents')
        return [...judgements.grades].filter(([, grade]) => grade > 0).map(([id]) => id);
      return judgements?.answers.map(({ path }) => path) ?? [];
    }),
  );
  if (ids.size === 0) return null;
  const key = judgesPassages(set) ? 'path' : documentKey;
  const question = { collections: collectionsOf(input), ids, payloadKeys: params.payloadKeys, ...(key && { key }) };
  const known = await findDocuments(connection, question, run);
  const [first] = known.unknown;
  if (first === undefined || known.unknown.length < known.judged) return known;
  const names = question.collections.join(' or ');
  throw new QdxError(
    'usage',
    `none of the ${known.judged} judged documents is in ${names}: ${first}, for one, is not`,
    {
      hint: 'give the queries that were judged on this collection, or name the collection that they belong to with -c',
    },
  );
}
