/**
 * Writes tiny ONNX encoders by hand, byte by byte: a word embedding table and nothing else. Good and hostile ones.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface TinyModelOptions {
  readonly inputs?: readonly string[];
  readonly vocabulary?: number;
  readonly dimension?: number;
  /** `hidden`: [batch, sequence, dimension]; `pooled`: mean over the sequence; `half`: hidden as float16. */
  readonly output?: 'hidden' | 'pooled' | 'half';
  /** The table lies in another file, as this says; the file itself is the test's business. */
  readonly external?: { readonly location: string; readonly offset?: string; readonly length?: string };
}

const tinyDefaults = { vocabulary: 32, dimension: 4 } as const;

/** Row of a token: distinct directions, so that pooling shows. */
export const tinyRow = (id: number, dimension: number = tinyDefaults.dimension): number[] =>
  Array.from({ length: dimension }, (_, column) => Math.fround(Math.sin(id * 7 + column * 3 + 1)));

export function tinyTable(
  vocabulary: number = tinyDefaults.vocabulary,
  dimension: number = tinyDefaults.dimension,
): Buffer {
  const rows = Array.from({ length: vocabulary }, (_, id) => tinyRow(id, dimension)).flat();
  return Buffer.from(Float32Array.from(rows).buffer);
}

export function tinyModel(options: TinyModelOptions = {}): Buffer {
  const {
    vocabulary = tinyDefaults.vocabulary,
    dimension = tinyDefaults.dimension,
    output = 'hidden',
    external,
  } = options;
  const inputs = options.inputs ?? ['input_ids', 'attention_mask'];
  const table = message(
    ...[vocabulary, dimension].map((size) => number(1, size)),
    number(2, 1),
    text(8, 'table'),
    ...(external ? externalFields(external) : [bytes(9, tinyTable(vocabulary, dimension))]),
  );
  const name = output === 'pooled' ? 'sentence_embedding' : 'last_hidden_state';
  const nodes = {
    hidden: [node('Gather', ['table', 'input_ids'], name)],
    pooled: [
      node('Gather', ['table', 'input_ids'], 'rows'),
      node(
        'ReduceMean',
        ['rows'],
        name,
        message(text(1, 'axes'), number(8, 1), number(20, 7)),
        intAttribute('keepdims', 0),
      ),
    ],
    half: [node('Gather', ['table', 'input_ids'], 'rows'), node('Cast', ['rows'], name, intAttribute('to', 10))],
  }[output];
  const sizes = output === 'pooled' ? ['batch', dimension] : ['batch', 'sequence', dimension];
  const graph = message(
    ...nodes.map((one) => bytes(1, one)),
    text(2, 'tiny'),
    bytes(5, table),
    ...inputs.map((input) => bytes(11, valueInfo(input, 7, ['batch', 'sequence']))),
    bytes(12, valueInfo(name, output === 'half' ? 10 : 1, sizes)),
  );
  return message(number(1, 8), bytes(7, graph), bytes(8, message(text(1, ''), number(2, 13))));
}

const words = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  'a',
  'b',
  'c',
  'read',
  'file',
  'line',
  'write',
  'query',
  ':',
  'data',
  'house',
  '##s',
];

/** A WordPiece tokenizer of sixteen words, [CLS] before and [SEP] after each text. */
export const tinyTokenizer = (): object => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: words.slice(0, 4).map((content, id) => ({
    id,
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  })),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(words.map((word, id) => [word, id])),
  },
});

/** Files of a repository as sentence-transformers writes it, around a tiny model. */
export const tinyRepository = (
  options: TinyModelOptions = {},
  pooling: Record<string, unknown> = { pooling_mode_mean_tokens: true },
): Record<string, Buffer> => ({
  'onnx/model.onnx': tinyModel(options),
  'tokenizer.json': json(tinyTokenizer()),
  'tokenizer_config.json': json({ tokenizer_class: 'BertTokenizer' }),
  'modules.json': json([
    { type: 'sentence_transformers.models.Transformer' },
    { type: 'sentence_transformers.models.Pooling' },
  ]),
  'sentence_bert_config.json': json({ max_seq_length: 16 }),
  'config_sentence_transformers.json': json({ prompts: { query: 'query: ' } }),
  '1_Pooling/config.json': json({ word_embedding_dimension: options.dimension ?? tinyDefaults.dimension, ...pooling }),
});

export function writeFiles(folder: string, files: Readonly<Record<string, Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function externalFields({ location, offset, length }: NonNullable<TinyModelOptions['external']>): Buffer[] {
  const entries = Object.entries({ location, offset, length }).filter(([, value]) => value !== undefined);
  return [...entries.map(([key, value]) => bytes(13, message(text(1, key), text(2, value ?? '')))), number(14, 1)];
}

const node = (operator: string, inputs: readonly string[], output: string, ...attributes: readonly Buffer[]): Buffer =>
  message(
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(4, operator),
    ...attributes.map((one) => bytes(5, one)),
  );

const intAttribute = (name: string, value: number): Buffer => message(text(1, name), number(3, value), number(20, 2));

function valueInfo(name: string, type: number, shape: readonly (string | number)[]): Buffer {
  const dims = shape.map((size) => bytes(1, message(typeof size === 'string' ? text(2, size) : number(1, size))));
  return message(text(1, name), bytes(2, message(bytes(1, message(number(1, type), bytes(2, message(...dims)))))));
}

const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);
const number = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)]);
const bytes = (field: number, value: Buffer): Buffer =>
  Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);
const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value));

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) out.push((rest % 128) | 0x80);
  return Buffer.from([...out, rest]);
}
