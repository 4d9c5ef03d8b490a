/**
 * A ranked candidate as a hit: the one place where payload keys become qdx's own names.
 */
import type { PayloadField } from '../../corpus/chunk.ts';
import { keyOf, type PayloadKeys } from '../../qdrant/collection/payload-keys.ts';
import type { Hit, StageScore } from './hit.ts';
import type { RankedCandidate } from '../ranking/rank.ts';

/** `rank` counts from 1. */
export function toHit(item: RankedCandidate, rank: number, explain: boolean): Hit {
  const { candidate, score, signals } = item;
  const { target, id, payload, dense } = candidate;
  const isCosine = dense !== undefined && target.dense?.cosine !== null;
  return withoutUndefined({
    rank,
    score,
    collection: target.name,
    id,
    ...describedOf(payload, target.payloadKeys),
    cosine: isCosine ? dense.score : undefined,
    rerankScore: item.reranked?.at(-1)?.score,
    stages: explain ? stagesOf(item) : undefined,
    signals: explain ? signals : undefined,
  });
}

export type Described = Placed &
  Pick<Hit, 'path' | 'sourceFile' | 'source' | 'sourceId' | 'subdirectory' | 'title' | 'headingPath' | 'symbolPath'>;

/** Everything that qdx reads of a payload. */
export function describedOf(payload: Readonly<Record<string, unknown>>, keys: PayloadKeys | undefined): Described {
  const field = (name: PayloadField): unknown => payload[keyOf(name, keys)];
  const text = (name: PayloadField): string | undefined => textOf(field(name));
  return withoutUndefined({
    path: text('source_path') ?? '',
    sourceFile: text('source_file'),
    ...placedOf(payload, keys),
    source: text('source'),
    sourceId: text('source_id'),
    subdirectory: text('subdirectory'),
    title: text('title'),
    headingPath: listOf(field('heading_path')),
    symbolPath: listOf(field('symbol_path')),
  });
}

type Placed = Pick<Hit, 'startLine' | 'endLine' | 'text' | 'chunker' | 'language'>;

/** The text of a payload, and where it is from. */
export function placedOf(payload: Readonly<Record<string, unknown>>, keys: PayloadKeys | undefined): Placed {
  const field = (name: PayloadField): unknown => payload[keyOf(name, keys)];
  return withoutUndefined({
    startLine: lineOf(field('start_line')),
    endLine: lineOf(field('end_line') ?? field('start_line')),
    text: textOf(field('content')) ?? '',
    chunker: textOf(payload['chunker']),
    language: textOf(field('language')),
  });
}

function stagesOf({ candidate, score, firstRank, reranked = [] }: RankedCandidate): Record<string, StageScore> {
  const { dense, lexical } = candidate;
  return withoutUndefined({
    dense,
    lexical,
    first: firstRank === undefined ? undefined : { rank: firstRank, score },
    ...Object.fromEntries(reranked.map(({ kind, ...place }) => [kind, place])),
  });
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'bigint'
      ? String(value)
      : undefined;

/** 0: the collection has no lines. */
const lineOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

const listOf = (value: unknown): readonly string[] | undefined => {
  const list =
    typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  return list.length > 0 ? list : undefined;
};

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

const withoutUndefined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Defined<T>;
