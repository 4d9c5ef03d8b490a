/**
 * Checks of single vectors: dimension, length, pooling, prefixes, long texts, determinism.
 */
import { cosine } from '../qdrant/collection/parity.ts';
import type { Pooling } from '../models/cards/card.ts';
import { normalize, pool } from '../models/encoders/pooling.ts';
import type { Lab, VectorLab } from './lab.ts';
import { type Check, check, digits, sameBytes, skipped } from './report.ts';

const text = 'def read_lines(path): open a file and return its lines without the newline at their end';
const question = 'how do I read a file line by line';

export async function checkDimension({ model: { card }, query }: VectorLab): Promise<Check> {
  const { vector } = await query.encode(text, { role: 'document' });
  return check('dimension', vector.length === card.dimension, String(card.dimension), String(vector.length));
}

/** Float32 keeps about seven digits; a unit vector is off by far less than this. */
const normTolerance = 1e-4;

export async function checkNorm({ model: { card }, query }: VectorLab): Promise<Check> {
  if (!card.normalize) return skipped('norm', 'none: the card does not normalise', 'nothing to check');
  const norms = await Promise.all(
    [text, question].map(async (one) => Math.hypot(...(await query.encode(one, { role: 'document' })).vector)),
  );
  const worst = Math.max(...norms.map((norm) => Math.abs(norm - 1)));
  return check('norm', worst < normTolerance, '1', norms.map((norm) => norm.toFixed(6)).join(', '));
}

export async function checkPooling(lab: Lab): Promise<Check> {
  const { card } = lab.model;
  const { output, tokenCount } = await lab.rows(text);
  if (output.kind === 'pooled')
    return skipped('pooling', card.pooling, 'the graph pools by itself and gives no rows to compare with');
  const rows = { data: output.data, rows: tokenCount, dimension: output.dimension };
  const given = (await lab.raw(text)).vector;
  const cosineTo = (kind: Pooling): number => cosine(normalize(pool(rows, kind)), given);
  const [own, cosineToCls, cosineToMean] = [cosineTo(card.pooling), cosineTo('cls'), cosineTo('mean')];
  const found = `cosine to cls ${digits(cosineToCls)}, cosine to mean ${digits(cosineToMean)}`;
  return check('pooling', own > 0.999999, card.pooling, found, { cosineToCls, cosineToMean });
}

export async function checkPrefixes({ model: { card }, raw, query }: VectorLab): Promise<Check[]> {
  const asQuery = await query.encode(question, { role: 'query' });
  const asDocument = await query.encode(question, { role: 'document' });
  const bare = await raw(question);
  const prefixed = await raw(card.queryPrefix + question);
  const onDocument = await raw(card.documentPrefix + question);
  const cosineWithAndWithout = cosine(asQuery.vector, bare.vector);
  return [
    check(
      'query prefix',
      isSame(asQuery.vector, prefixed.vector, query.device),
      JSON.stringify(card.queryPrefix),
      `as the card says, cosine with and without ${digits(cosineWithAndWithout)}`,
      { cosineWithAndWithout },
    ),
    check(
      'document prefix',
      isSame(asDocument.vector, onDocument.vector, query.device),
      JSON.stringify(card.documentPrefix),
      'as the card says',
    ),
  ].map((one) => (one.status === 'failed' ? { ...one, found: 'another text was embedded' } : one));
}

/** Beyond the 512 tokens where loaders that trust a left-over setting stop. */
const longerThan = 512;

export async function checkLongText({ model: { card }, tokenizer, raw }: Lab): Promise<Check> {
  const limit = card.maxTokens - tokenizer.specialTokens;
  const words = Array.from({ length: Math.max(limit, longerThan) + 64 }, () => 'data');
  const changed = (index: number): string => words.with(index, 'house').join(' ');
  if (tokenizer.count('data house') !== 2)
    return skipped('long text', `${card.maxTokens} tokens used`, 'the tokenizer splits the words of the probe');
  const [whole, lastInside, firstOutside] = await Promise.all([
    raw(words.join(' ')),
    raw(changed(limit - 1)),
    raw(changed(limit)),
  ]);
  const isUsed = !sameBytes(whole.vector, lastInside.vector);
  const isCut = sameBytes(whole.vector, firstOutside.vector);
  const found = `${whole.tokenCount} of ${words.length} used, the last of them ${isUsed ? 'counts' : 'does not count'}, the next ${isCut ? 'does not' : 'does'}`;
  return check(
    'long text',
    whole.tokenCount === card.maxTokens && whole.truncated && isUsed && isCut,
    `${card.maxTokens} tokens used, closing token kept`,
    found,
  );
}

export async function checkDeterminism({ query, bulk }: VectorLab): Promise<Check> {
  const texts = Array.from({ length: 12 }, (_, index) => `${text} ${'and again '.repeat(index * 3)}`);
  const encodeAll = async (order: readonly string[]): Promise<Map<string, Float32Array>> => {
    const encoded = await Promise.all(
      order.map(async (one) => [one, (await bulk.encode(one, { role: 'document' })).vector] as const),
    );
    return new Map(encoded);
  };
  const [forward, backward] = [await encodeAll(texts), await encodeAll(texts.toReversed())];
  const differing: string[] = [];
  for (const one of texts) {
    const alone = (await query.encode(one, { role: 'document' })).vector;
    const same = [forward.get(one), backward.get(one)].every((vector) => vector && isSame(alone, vector, bulk.device));
    if (!same) differing.push(one);
  }
  const found = differing.length === 0 ? 'the same' : `${differing.length} of ${texts.length} texts differ`;
  return check(
    'determinism',
    differing.length === 0,
    `same ${bulk.device === 'cpu' ? 'bytes' : 'direction'} in any order, alone and in bulk`,
    found,
  );
}

/** On a GPU, here or behind an endpoint, texts share padded runs, so directions are compared, not bytes. */
const isSame = (a: Float32Array, b: Float32Array, device: string): boolean =>
  device === 'cpu' ? sameBytes(a, b) : cosine(a, b) > 0.999;
