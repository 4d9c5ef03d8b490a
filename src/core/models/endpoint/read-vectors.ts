/**
 * Answers of an endpoint -> vectors, nothing believed: shape, count, places, dimension, numbers.
 */
import { AnswerFailure } from '../../../lib/json-endpoint.ts';
import type { EndpointApi } from './endpoint-address.ts';

export interface ReadAnswer {
  /** In the order of the texts. */
  readonly vectors: readonly Float32Array[];
  /** Tokens that the endpoint says it read; null where it does not say. */
  readonly usedTokens: number | null;
}

/** The answer is whole and well-formed, and is not what was asked for: asking again gives the same. */
export class WrongAnswer extends AnswerFailure {
  constructor(said: string) {
    super('wrong', said);
  }
}

/** @throws AnswerFailure `malformed` for another shape, WrongAnswer for wrong counts, places and numbers. */
export function readAnswer(api: EndpointApi, json: unknown, count: number): ReadAnswer {
  const { rows, usedTokens } = api === 'tei' ? readTei(json) : readOpenAi(json, count);
  if (rows.length !== count) throw new WrongAnswer(`gives ${rows.length} vectors for ${count} texts`);
  return { vectors: rows.map(toVector), usedTokens };
}

/** `[[0.1, …], …]` */
function readTei(json: unknown) {
  if (!Array.isArray(json)) throw malformed(json);
  return { rows: json as readonly unknown[], usedTokens: null };
}

/** `{data: [{index, embedding}], usage: {prompt_tokens}}`; places count, not the order of the list. */
function readOpenAi(json: unknown, count: number) {
  const { data, usage } = Object(json) as { readonly data?: unknown; readonly usage?: unknown };
  if (!Array.isArray(data)) throw malformed(json);
  if (data.length !== count) throw new WrongAnswer(`gives ${data.length} vectors for ${count} texts`);
  const items = data.map((item) => Object(item) as { readonly index?: unknown; readonly embedding?: unknown });
  // Some services leave the places out; then all of them do, and the order is that of the texts.
  const hasPlaces = items.some(({ index }) => index !== undefined);
  const rows: unknown[] = Array.from({ length: count });
  for (const [at, { index, embedding }] of items.entries()) {
    const place = hasPlaces ? index : at;
    if (typeof place !== 'number' || !Number.isInteger(place) || place < 0 || place >= count)
      throw new WrongAnswer(
        `gives a vector the index ${JSON.stringify(place)}, where 0 to ${count - 1} were asked for`,
      );
    if (rows[place] !== undefined) throw new WrongAnswer(`gives two vectors for the index ${place}`);
    rows[place] = embedding;
  }
  return { rows, usedTokens: tokensOf(usage) };
}

function tokensOf(usage: unknown): number | null {
  const { prompt_tokens: prompt, total_tokens: total } = Object(usage) as Readonly<Record<string, unknown>>;
  const tokens = prompt ?? total;
  return typeof tokens === 'number' && Number.isFinite(tokens) && tokens > 0 ? tokens : null;
}

function toVector(row: unknown): Float32Array {
  if (typeof row === 'string') return fromBase64(row);
  if (!Array.isArray(row)) throw new WrongAnswer('gives something that is no vector');
  // `null` is how JSON writers that know no NaN write it.
  return Float32Array.from(row, (value) => (typeof value === 'number' ? value : Number.NaN));
}

/** Little-endian float32, as OpenAI's `encoding_format: base64`. */
function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.length % 4 !== 0)
    throw new WrongAnswer('gives a vector in base64 that is no float32');
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4));
}

function malformed(json: unknown): AnswerFailure {
  const { error } = Object(json) as { readonly error?: unknown };
  const { message = error } = Object(error) as { readonly message?: unknown };
  const said = typeof message === 'string' ? message : JSON.stringify(json);
  return new AnswerFailure('malformed', `answers without vectors: ${said.replaceAll(/\s+/g, ' ').slice(0, 200)}`);
}

/** Null, or what is wrong with it: a text without a direction has no place among the others. */
export function vectorProblem(vector: Float32Array): string | null {
  let squares = 0;
  for (const value of vector) {
    if (!Number.isFinite(value)) return 'a vector that holds NaN or infinity';
    squares += value * value;
  }
  return squares === 0 ? 'a vector of zeros' : null;
}
