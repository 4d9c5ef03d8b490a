/**
 * Points of the source as they shall lie in the target: text from the payload, vector from the cache or the model, terms as
 * `qdx embed` makes them.
 */
import type { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import type { EmbeddedText, Embedder } from '../../embed/embedder.ts';
import type { LexicalEncoder } from '../../lexical/lexical.ts';
import { TextCrashError } from '../../models/text-crash.ts';
import { packTokenBits, type TokenLayout } from '../../vectors/packed-tokens.ts';
import { NotMadeError } from '../delta/not-made-error.ts';
import { displayId, type IdToken } from '../points/point-order.ts';
import type { RawPoint } from '../points/raw-points.ts';
import type { ReembedCounts } from './counts.ts';
import { keptLine, type KeptParts, newLine, payloadOf } from './point-line.ts';
import { partsOf } from '../points/point-parts.ts';
import { lexicalFields, type TextRule, textOf } from './text-rule.ts';
import { isSameLine } from '../points/comparable-line.ts';

/** How a point of the source becomes one of the target. */
export interface PointRecipe {
  /** For messages. */
  readonly source: string;
  readonly rule: TextRule;
  readonly kept: KeptParts;
  readonly denseName: string;
  readonly sparseName: string | null;
  /** Null: no terms. */
  readonly lexical: LexicalEncoder | null;
  /** Token vectors that the target keeps beside its points; null: none. */
  readonly tokens: { readonly payloadKey: string; readonly layout: TokenLayout } | null;
  /** A payload key that is written, and that no point may have already: it would be overwritten. */
  readonly takenKey: string | null;
  /** Points without text keep payload and kept vectors; else they are an error. */
  readonly allowWithoutText: boolean;
}

/**
 * Several pages may be under way at once: the encoder's queue is one.
 * @throws NotMadeError for a point without text, one that the model cannot read, or one that has the key of the token vectors
 */
export async function makePoints(
  points: readonly RawPoint[],
  input: MakeInput,
  { signal }: RunOptions,
): Promise<RawPoint[]> {
  const make = (point: RawPoint): Promise<RawPoint> => {
    signal?.throwIfAborted();
    return makePoint(point, input);
  };
  const made: RawPoint[] = [];
  for await (const point of mapOrdered(inTurn(points), make, { inFlight: () => input.embedder.inFlight }))
    made.push(point);
  return made;
}

export interface MakeInput {
  readonly recipe: PointRecipe;
  readonly embedder: Embedder;
  readonly counts: ReembedCounts;
  /** Points whose text the model could not survive, in this run: they have no vector. */
  readonly unreadable: Set<IdToken>;
}

async function makePoint(point: RawPoint, { recipe, embedder, counts, unreadable }: MakeInput): Promise<RawPoint> {
  const { rule, kept, denseName, sparseName, lexical } = recipe;
  const parts = partsOf(point);
  const payload = payloadOf(parts);
  const text = textOf(payload, rule);
  if (recipe.takenKey !== null && Object.hasOwn(payload, recipe.takenKey))
    throw keyInUse(recipe.source, recipe.takenKey, `point ${displayId(parts.id)} has it`);
  const embedded = text === null ? null : await embedOrNull(text, parts.id, recipe, embedder);
  if (text === null && !recipe.allowWithoutText) throw lacksText(parts.id, recipe);
  count(counts, text, embedded);
  if (text !== null && !embedded) unreadable.add(parts.id);
  else unreadable.delete(parts.id);
  const sparse = lexical && text !== null ? lexical.document(lexicalFields(payload, rule)) : null;
  return newLine(parts, kept, {
    denseName,
    dense: embedded?.vector ?? null,
    sparseName,
    sparse,
    modelFields: tokensOf(embedded, recipe),
  });
}

function tokensOf(embedded: EmbeddedText | null, { tokens }: PointRecipe): ReadonlyMap<string, string> {
  if (!tokens || !embedded?.tokenBits) return new Map();
  return new Map([[tokens.payloadKey, JSON.stringify(packTokenBits(embedded.tokenBits, tokens.layout))]]);
}

/** What another program keeps under that key is not overwritten. */
export const keyInUse = (source: string, key: string, where: string): QdxError =>
  new NotMadeError('refused', `the payloads of ${source} have a key "${key}" of their own (${where})`, {
    hint: 'add --no-token-vectors: reranking by late interaction is then left out',
  });

/** The survey found none; one that was written since is found here. */
const lacksText = (id: IdToken, { source, rule }: PointRecipe): QdxError =>
  new NotMadeError('refused', `point ${displayId(id)} of ${source} has no text under the payload key "${rule.field}"`, {
    hint: 'add --allow-without-text to let such points over without a vector',
  });

async function embedOrNull(
  text: string,
  id: IdToken,
  { source, allowWithoutText }: PointRecipe,
  embedder: Embedder,
): Promise<EmbeddedText | null> {
  try {
    return await embedder.embed(text);
  } catch (error) {
    if (!(error instanceof TextCrashError)) throw error;
    if (allowWithoutText) return null;
    throw new NotMadeError('failed', `point ${displayId(id)} of ${source}: ${error.message}`, {
      hint: 'add --allow-without-text to let it over without a vector',
      cause: error,
    });
  }
}

function count(counts: ReembedCounts, text: string | null, embedded: EmbeddedText | null): void {
  counts.made++;
  if (!embedded) {
    counts[text === null ? 'withoutText' : 'failed']++;
    return;
  }
  counts[embedded.isCached ? 'cached' : 'embedded']++;
  if (embedded.truncated) counts.truncated++;
  if (!embedded.isCached) counts.tokens += embedded.tokenCount;
}

/** Whether a staged point is what the source point makes: the text, and with it the vector, is decided by the payload. */
export function isCurrent(
  source: RawPoint,
  staged: RawPoint,
  { recipe: { rule, kept, denseName, tokens }, unreadable }: Pick<MakeInput, 'recipe' | 'unreadable'>,
): boolean {
  const [was, is] = [partsOf(source), partsOf(staged)];
  if (!isSameLine(keptLine(was, kept).line, keptLine(is, kept).line)) return false;
  if (textOf(payloadOf(was), rule) === null || unreadable.has(was.id)) return true;
  return is.vectors.has(denseName) && (!tokens || payloadOf(is)[tokens.payloadKey] !== undefined);
}

async function* inTurn<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}
