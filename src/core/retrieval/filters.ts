/**
 * From what the user types to a Qdrant filter. A condition that cannot be read is an error: it never widens a search.
 */
import { QdxError } from '../../lib/errors.ts';
import type { PayloadField } from '../corpus/chunk.ts';
import { keyOf, type PayloadKeys } from '../qdrant/collection/payload-keys.ts';
import type { SearchFilters } from './params.ts';

export interface QdrantFilter {
  readonly must?: readonly unknown[];
  readonly must_not?: readonly unknown[];
}

/** Which files a search is limited to; from globs. */
export interface PathSelection {
  readonly any?: readonly string[];
  readonly none?: readonly string[];
  /** Folders at the root that are wholly in. */
  readonly subdirectories?: readonly string[];
}

const syntax = /^(?<key>[^=!<>\s]+)\s*(?<operator>!=|>=|<=|>|<|=)(?<value>[\s\S]*)$/;
const ranges = { '>=': 'gte', '<=': 'lte', '>': 'gt', '<': 'lt' } as const;

/** @throws QdxError usage for a condition that is none. */
export function buildFilter(
  filters: SearchFilters,
  files: PathSelection | null,
  keys: PayloadKeys | undefined,
): QdrantFilter | undefined {
  const anyOf = (field: PayloadField, values: readonly string[]) =>
    values.length === 0 ? [] : [{ key: keyOf(field, keys), match: { any: values } }];
  const conditions = filters.conditions.map((text) => parseCondition(text, keys));
  const must = [
    ...conditions.filter(({ negated }) => !negated).map(({ clause }) => clause),
    ...anyOf('subdirectory', filters.subdirectories.map(withoutSlashes)),
    ...anyOf(
      'language',
      filters.languages.map((language) => language.toLowerCase()),
    ),
    ...(files?.subdirectories ? anyOf('subdirectory', files.subdirectories) : []),
    // An empty list of paths matches nothing, as it must: the server takes it as such.
    ...(files?.any ? [{ key: keyOf('source_path', keys), match: { any: files.any } }] : []),
  ];
  const mustNot = [
    ...conditions.filter(({ negated }) => negated).map(({ clause }) => clause),
    ...(files?.none && files.none.length > 0 ? [{ key: keyOf('source_path', keys), match: { any: files.none } }] : []),
  ];
  if (must.length === 0 && mustNot.length === 0) return undefined;
  return { ...(must.length > 0 && { must }), ...(mustNot.length > 0 && { must_not: mustNot }) };
}

interface Condition {
  readonly clause: unknown;
  readonly negated: boolean;
}

function parseCondition(text: string, keys: PayloadKeys | undefined): Condition {
  const { key: typed, operator, value } = syntax.exec(text)?.groups ?? {};
  if (typed === undefined || operator === undefined || value === undefined) throw badCondition(text, 'it names no key');
  const key = keyOf(typed as PayloadField, keys);
  if (value.trim() === '') throw badCondition(text, `it says nothing behind ${operator}`);
  if (operator === '=' || operator === '!=') return { clause: equals(key, value), negated: operator === '!=' };
  const range = ranges[operator as keyof typeof ranges];
  const number = Number(value);
  const bound = Number.isFinite(number) ? number : dateOf(value);
  if (bound === null)
    throw badCondition(text, `${operator} compares numbers and dates (2026-01-31), not ${JSON.stringify(value)}`);
  return { clause: { key, range: { [range]: bound } }, negated: false };
}

/** `5` may be a number or a text on the server, `true` likewise: both readings match. `"5"` is a text only. */
function equals(key: string, typed: string): unknown {
  const quoted = /^"(?<text>[\s\S]*)"$/.exec(typed)?.groups?.['text'];
  if (quoted !== undefined) return { key, match: { value: quoted } };
  const asText = { key, match: { value: typed } };
  const other = otherReading(key, typed);
  return other === null ? asText : { should: [asText, other] };
}

function otherReading(key: string, typed: string): unknown {
  if (typed === 'true' || typed === 'false') return { key, match: { value: typed === 'true' } };
  if (/^-?\d{1,15}$/.test(typed)) return { key, match: { value: Number(typed) } };
  if (/^-?\d+\.\d+(?:e-?\d+)?$/i.test(typed)) return { key, range: { gte: Number(typed), lte: Number(typed) } };
  return null;
}

/** The server compares dates in RFC 3339. */
function dateOf(value: string): string | null {
  const isDate = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(value);
  return isDate && !Number.isNaN(Date.parse(value)) ? value : null;
}

const withoutSlashes = (folder: string): string => folder.replaceAll(/^(?:\.?\/)+|\/+$/g, '');

const badCondition = (text: string, reason: string): QdxError =>
  new QdxError('usage', `--filter ${JSON.stringify(text)} is no condition: ${reason}`, {
    hint: 'write key=value, key!=value or key>=number, for example --filter language=python --filter "start_line<100"',
  });
