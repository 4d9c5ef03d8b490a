/**
 * Points of the source as they shall lie in the target: text from the payload, vector from the cache or the model, terms as
 * `qdx embed` makes them.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import type { EmbeddedText, Embedder } from '../../embed/embedder.ts';
import type { LexicalEncoder } from '../../lexical/lexical.ts';
import { TextCrashError } from '../../models/text-crash.ts';
import { displayId, type IdToken } from '../point-order.ts';
import type { RawPoint } from '../raw-points.ts';
import type { ReembedCounts } from './counts.ts';
import { keptLine, newLine, partsOf, payloadOf } from './point-line.ts';
import { lexicalFields, type TextRule, textOf } from './text-rule.ts';

/** How a point of the source becomes one of the target. */
export interface PointRecipe {
  /** For messages. */
  readonly source: string;
  readonly rule: TextRule;
  /** Names of vectors that are copied. */
  readonly kept: readonly string[];
  readonly denseName: string;
  readonly sparseName: string | null;
  /** Null: no terms. */
  readonly lexical: LexicalEncoder | null;
  /** Points without text keep payload and kept vectors; else they are an error. */
  readonly allowWithoutText: boolean;
}

/** Several pages may be under way at once: the encoder's queue is one. @throws QdxError `refused` for a point without text. */
export async function makePoints(
  points: readonly RawPoint[],
  { recipe, embedder, counts }: MakeInput,
  { signal }: RunOptions,
): Promise<RawPoint[]> {
  const make = (point: RawPoint): Promise<RawPoint> => {
    signal?.throwIfAborted();
    return makePoint(point, { recipe, embedder, counts });
  };
  const made: RawPoint[] = [];
  for await (const point of mapOrdered(inTurn(points), make, { inFlight: () => embedder.inFlight })) made.push(point);
  return made;
}

export interface MakeInput {
  readonly recipe: PointRecipe;
  readonly embedder: Embedder;
  readonly counts: ReembedCounts;
}

async function makePoint(point: RawPoint, { recipe, embedder, counts }: MakeInput): Promise<RawPoint> {
  const { rule, kept, denseName, sparseName, lexical } = recipe;
  const parts = partsOf(point);
  const payload = payloadOf(parts);
  const text = textOf(payload, rule);
  const embedded = text === null ? null : await embedOrNull(text, parts.id, recipe, embedder);
  if (text === null && !recipe.allowWithoutText) throw lacksText(parts.id, recipe);
  count(counts, text, embedded);
  const sparse = lexical && text !== null ? lexical.document(lexicalFields(payload, rule)) : null;
  return newLine(parts, kept, { denseName, dense: embedded?.vector ?? null, sparseName, sparse });
}

/** The survey found none; one that was written since is found here. */
const lacksText = (id: IdToken, { source, rule }: PointRecipe): QdxError =>
  new QdxError('refused', `point ${displayId(id)} of ${source} has no text under the payload key "${rule.field}"`, {
    hint: 'nothing was switched; add --allow-without-text to let such points over without a vector',
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
    throw new QdxError('failed', `point ${displayId(id)} of ${source}: ${error.message}`, {
      hint: 'nothing was switched; add --allow-without-text to let it over without a vector',
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
export function isCurrent(source: RawPoint, staged: RawPoint, { rule, kept, denseName }: PointRecipe): boolean {
  const [was, is] = [partsOf(source), partsOf(staged)];
  if (!keptLine(was, kept).line.equals(keptLine(is, kept).line)) return false;
  return is.vectors.has(denseName) || textOf(payloadOf(was), rule) === null;
}

async function* inTurn<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}
