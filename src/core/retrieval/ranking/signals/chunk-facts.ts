/**
 * What the signals know of a chunk.
 */
import type { PayloadField } from '../../../corpus/chunk.ts';
import { keyOf, type PayloadKeys } from '../../../qdrant/collection/payload-keys.ts';
import { documentTerms, squeeze, wholeTerm } from '../../../lexical/terms.ts';

export interface ChunkFacts {
  readonly path: string;
  readonly isCode: boolean;
  readonly pathTerms: ReadonlySet<string>;
  /** Names that this chunk defines. */
  readonly definitions: readonly DefinedName[];
}

export interface DefinedName {
  readonly squeezed: string;
  /** Its term as a whole. */
  readonly whole: string;
  /** Its words. */
  readonly terms: ReadonlySet<string>;
}

export function chunkFacts(payload: Readonly<Record<string, unknown>>, keys: PayloadKeys | undefined): ChunkFacts {
  const field = (name: PayloadField): unknown => payload[keyOf(name, keys)];
  const path = textOf(field('source_path'));
  const symbols = listOf(field('symbols'));
  return {
    path,
    // Only chunks that were cut by a syntax tree carry symbols, or a path of them.
    isCode: symbols.length > 0 || listOf(field('symbol_path')).length > 0,
    pathTerms: new Set(documentTerms(path)),
    definitions: symbols.map(definedName),
  };
}

function definedName(name: string): DefinedName {
  const whole = wholeTerm(name);
  const terms = new Set(documentTerms(name));
  // The whole beside its parts would make a name of three words look like four.
  if (terms.size > 1) terms.delete(whole);
  return { squeezed: squeeze(name), whole, terms };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
