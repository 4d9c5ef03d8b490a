/**
 * What the configuration of a cross-encoder says: that it is one, how long its input may be, what its authors give as score.
 */
import { z } from 'zod';
import { QdxError } from '../../../lib/errors.ts';
import type { RerankerCard } from './reranker-card.ts';
import { readConfiguration } from './sentence-transformers.ts';
import { shellText } from '../../../lib/shell-line.ts';

const modelFile = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  max_position_embeddings: z.number().int().positive().optional(),
  /** Names of the labels; a model that has none has two. */
  id2label: z.record(z.string(), z.unknown()).nullish(),
  /** Where sentence-transformers keeps what it does with the logit: since version 4, and before it. */
  sentence_transformers: z.looseObject({ activation_fn: z.string().optional() }).nullish(),
  sbert_ce_default_activation_function: z.string().nullish(),
});
const tokenizerFile = z.looseObject({ model_max_length: z.number().optional() });

/** Position limits beyond it are placeholders (1e30 where no limit is known). */
const longestInput = 1_000_000;

/**
 * @returns null for a model that is no sequence classifier.
 * @throws QdxError `usage` for a classifier of many classes, and where no file says how long an input may be.
 */
export async function readCrossEncoderFacts(
  folder: string,
  maxTokens: number | undefined,
): Promise<Pick<RerankerCard, 'maxTokens' | 'score'> | null> {
  const model = await readConfiguration(folder, 'config.json', modelFile);
  if (!model?.architectures?.some((name) => name.endsWith('ForSequenceClassification'))) return null;
  const labels = model.id2label ? Object.keys(model.id2label).length : 2;
  if (labels > 2)
    throw new QdxError(
      'usage',
      `${folder} sorts texts into ${labels} classes, which is no score of a pair: a reranker has one or two`,
    );
  const tokenizer = await readConfiguration(folder, 'tokenizer_config.json', tokenizerFile);
  const limits = [tokenizer?.model_max_length, model.max_position_embeddings].filter(
    (limit): limit is number => limit !== undefined && limit <= longestInput,
  );
  const limit = maxTokens ?? (limits.length > 0 ? Math.min(...limits) : undefined);
  if (limit === undefined)
    throw new QdxError('usage', `no file of ${folder} says how long an input may be`, {
      hint: shellText`say it once: qdx models card ${folder} --max-tokens 512 --write`,
    });
  return { maxTokens: limit, score: scoreOf(model) };
}

/** As sentence-transformers does where nothing is named: the sigmoid of one logit. */
function scoreOf(model: z.infer<typeof modelFile>): RerankerCard['score'] {
  const activation = model.sentence_transformers?.activation_fn ?? model.sbert_ce_default_activation_function ?? '';
  return activation.endsWith('Identity') ? 'logit' : 'probability';
}
