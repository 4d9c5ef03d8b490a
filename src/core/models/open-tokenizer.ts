/**
 * Opens a model's own tokenizer. Only the lean tokenizer package is loaded: the full library would add 200 ms to a start.
 */
import { readFile } from 'node:fs/promises';
import { Tokenizer as JsonTokenizer } from '@huggingface/tokenizers';
import { QdxError } from '../../lib/errors.ts';
import { openFileVocabulary } from './file-vocabulary.ts';
import type { EncoderModel, FoundModel } from './found-model.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Longest stretch of text that one token is taken to stand for before a long text is cut ahead of tokenizing it. */
const charsPerToken = 16;
/** Tokens beyond the limit that a cut text must still give, so that the cut cannot have changed those that are kept. */
const spareTokens = 64;

type TokenizerFiles = Pick<FoundModel, 'tokenizerFile' | 'tokenizerConfigFile'>;

/**
 * @param use `query`: a few short texts, of whose words alone the vocabulary is asked. Both give the same tokens.
 * @throws QdxError `verification` where tokenizer.json is no tokenizer.
 */
export const openTokenizer = (model: TokenizerFiles, use: 'query' | 'bulk' = 'bulk'): Promise<Tokenizer> =>
  readTokenizer(
    model,
    (bytes, settings) =>
      (use === 'query' ? tokenizerOfFile(bytes, settings) : null) ?? createTokenizer(jsonTokenizer(bytes, settings)),
  );

/** The tokenizer that texts for a model are cut by; of an endpoint without one on this machine it estimates. */
export async function openModelTokenizer(model: EncoderModel): Promise<Tokenizer> {
  if (model.origin !== 'endpoint') return openTokenizer(model);
  return (await import('./endpoint/endpoint-model.ts')).tokenizerOfEndpoint(model);
}

/** What `use` makes of the tokenizer itself. @throws QdxError `verification` where tokenizer.json is no tokenizer, or `use` throws. */
export const loadJsonTokenizer = <T>(model: TokenizerFiles, use: (json: JsonTokenizer) => T): Promise<T> =>
  readTokenizer(model, (bytes, settings) => use(jsonTokenizer(bytes, settings)));

const jsonTokenizer = (bytes: Buffer, settings: object): JsonTokenizer =>
  new JsonTokenizer(JSON.parse(bytes.toString('utf8')) as object, settings);

async function readTokenizer<T>(model: TokenizerFiles, make: (bytes: Buffer, settings: object) => T): Promise<T> {
  const [tokenizer, config] = await Promise.all([
    readFile(model.tokenizerFile),
    model.tokenizerConfigFile === null ? '{}' : readFile(model.tokenizerConfigFile, 'utf8'),
  ]);
  try {
    return make(tokenizer, JSON.parse(config) as object);
  } catch (error) {
    throw new QdxError('verification', `${model.tokenizerFile} is not a tokenizer that qdx can use: ${String(error)}`, {
      hint: 'download the model again, or take a repository that has a fast tokenizer (tokenizer.json)',
      cause: error,
    });
  }
}

/** The same tokenizer, made without its vocabulary, which is then looked up in the file. */
function tokenizerOfFile(bytes: Buffer, settings: object): Tokenizer | null {
  const vocabulary = openFileVocabulary(bytes);
  if (!vocabulary) return null;
  const tokenizer = new JsonTokenizer(vocabulary.json, settings);
  const { model } = tokenizer;
  if (!model) return null;
  // Added tokens come before entries of the vocabulary.
  for (const [token, id] of model.tokens_to_ids) vocabulary.map.set(token, id);
  model.tokens_to_ids = vocabulary.map;
  model.unk_token_id = vocabulary.map.get(String(vocabulary.json.model['unk_token']));
  return createTokenizer(tokenizer, vocabulary.expect);
}

/** @param expect Hears of each text before it is tokenized. */
function createTokenizer(json: JsonTokenizer, expect?: (text: string) => void): Tokenizer {
  const content = (text: string): number[] => {
    expect?.(text);
    return json.encode(text, { add_special_tokens: false }).ids;
  };
  const { leading, trailing } = specialIds(json);
  const specialTokens = leading.length + trailing.length;
  return {
    specialTokens,
    leadingSpecialTokens: leading.length,
    count: (text) => content(text).length,
    encode: (text, maxTokens) => {
      const limit = maxTokens - specialTokens;
      const ids = limitedIds(content, text, limit);
      return {
        ids: Int32Array.from([...leading, ...ids.slice(0, limit), ...trailing]),
        truncated: ids.length > limit,
      };
    },
  };
}

/** What the tokenizer puts before and after every text, read off one probe: a template may add any number on each side. */
function specialIds(json: JsonTokenizer): {
  readonly leading: readonly number[];
  readonly trailing: readonly number[];
} {
  const bare: readonly number[] = json.encode('a', { add_special_tokens: false }).ids;
  const full: readonly number[] = json.encode('a').ids;
  const start = full.findIndex((_, index) => bare.every((id, offset) => full[index + offset] === id));
  if (bare.length === 0 || start === -1) throw new Error('it gives no tokens for a plain letter');
  return { leading: full.slice(0, start), trailing: full.slice(start + bare.length) };
}

/**
 * Ids of a text, or of a beginning of it that surely holds more than `limit` tokens: a megabyte would otherwise cost a
 * second to tokenize for a few hundred ids. Cuts before a single space, where no tokenizer joins across.
 */
function limitedIds(content: (text: string) => number[], text: string, limit: number): number[] {
  for (let length = (limit + spareTokens) * charsPerToken; length < text.length; length *= 4) {
    const cut = text.slice(length).search(/(?<=\S) (?=\S)/);
    if (cut === -1) break;
    const ids = content(text.slice(0, length + cut));
    if (ids.length >= limit + spareTokens) return ids;
  }
  return content(text);
}
