/**
 * What the configuration files of a sentence-transformers repository say of how its vectors are made.
 */
import { join } from 'node:path';
import { readIfThere } from '../../../lib/read-if-there.ts';
import { z } from 'zod';
import { QdxError } from '../../../lib/errors.ts';
import type { Pooling } from './card.ts';

/** A field is absent where the files do not say; nothing is guessed. */
export interface WrittenFacts {
  readonly pooling?: Pooling;
  readonly dimension?: number;
  readonly maxTokens?: number;
  readonly queryPrefix?: string;
  readonly documentPrefix?: string;
}

/** Files read, relative to the model's folder; a download takes those of them that the repository has. */
export const configurationFiles = [
  'config.json',
  'tokenizer_config.json',
  'modules.json',
  'sentence_bert_config.json',
  'config_sentence_transformers.json',
  '1_Pooling/config.json',
] as const;

const modulesFile = z.array(z.looseObject({ type: z.string() }));
const poolingFile = z.looseObject({
  word_embedding_dimension: z.number().int().positive().optional(),
  pooling_mode: z.string().optional(),
});
const sentenceBertFile = z.looseObject({ max_seq_length: z.number().int().positive().nullish() });
const modelFile = z.looseObject({ hidden_size: z.number().optional(), n_embd: z.number().optional() });
const promptsFile = z.looseObject({
  prompts: z.record(z.string(), z.string().nullable()).optional(),
  default_prompt_name: z.string().nullish(),
});

/** @throws QdxError `usage` for what the ONNX graph alone cannot do; `verification` for a damaged file. */
export async function readWrittenFacts(folder: string): Promise<WrittenFacts> {
  const read = <T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> =>
    readConfiguration(folder, file, schema);
  const [modules, pooling, sentenceBert, model, prompts] = await Promise.all([
    read('modules.json', modulesFile),
    read('1_Pooling/config.json', poolingFile),
    read('sentence_bert_config.json', sentenceBertFile),
    read('config.json', modelFile),
    read('config_sentence_transformers.json', promptsFile),
  ]);
  refuseUnknownModules(folder, modules ?? []);
  const dimension = pooling?.word_embedding_dimension ?? model?.hidden_size ?? model?.n_embd;
  const maxTokens = sentenceBert?.max_seq_length ?? undefined;
  return {
    ...(pooling && { pooling: poolingOf(folder, pooling) }),
    ...(dimension !== undefined && { dimension }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(prompts && prefixesOf(prompts)),
  };
}

function refuseUnknownModules(folder: string, modules: z.infer<typeof modulesFile>): void {
  const unknown = modules
    .map(({ type }) => type.split('.').at(-1) ?? type)
    .filter((type) => !/^(Transformer|Pooling|Normalize)$/.test(type));
  if (unknown.length > 0)
    throw new QdxError(
      'usage',
      `${folder} is made of more than a transformer and its pooling (${unknown.join(', ')}), which qdx cannot run`,
      {
        hint: 'export it with all modules inside the graph, or take another model',
      },
    );
}

const modeKeys: Readonly<Record<string, Pooling>> = {
  pooling_mode_cls_token: 'cls',
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_lasttoken: 'last',
};
const modeNames: Readonly<Record<string, Pooling>> = { cls: 'cls', mean: 'mean', lasttoken: 'last' };

/** Older files have a switch for each mode, newer ones a name. */
function poolingOf(folder: string, file: z.infer<typeof poolingFile>): Pooling {
  const on = Object.entries(file).filter(([key, value]) => key.startsWith('pooling_mode_') && value === true);
  const names = file.pooling_mode === undefined ? on.map(([key]) => modeKeys[key]) : [modeNames[file.pooling_mode]];
  const [pooling] = names;
  if (pooling !== undefined && names.length === 1) return pooling;
  const written = file.pooling_mode ?? (on.map(([key]) => key).join(' and ') || 'none at all');
  throw new QdxError(
    'usage',
    `${join(folder, '1_Pooling/config.json')} asks for the pooling ${written}, which qdx does not have`,
  );
}

function prefixesOf({ prompts = {}, default_prompt_name: byDefault }: z.infer<typeof promptsFile>): WrittenFacts {
  const plain = byDefault ? (prompts[byDefault] ?? '') : '';
  return {
    queryPrefix: prompts['query'] ?? plain,
    documentPrefix: prompts['document'] ?? prompts['passage'] ?? plain,
  };
}

/** @returns undefined where there is no such file. @throws QdxError `verification` for a damaged one. */
export async function readConfiguration<T>(folder: string, file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const path = join(folder, file);
  const text = await readIfThere(path);
  if (text === null) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new QdxError('verification', `${path} is damaged: it is not the JSON that sentence-transformers writes`, {
      cause: error,
    });
  }
}
