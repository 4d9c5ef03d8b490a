/**
 * RerankerCard: everything that decides what the score of a cross-encoder means, and the cards that qdx knows by heart.
 */
import type { CardOfFiles, ModelCard } from './card.ts';

export interface RerankerCard extends CardOfFiles {
  readonly task: 'rerank';
  /**
   * What the model's authors give as the score of a pair: the logit as the graph gives it, or its sigmoid. The order is the
   * same either way, and is made by the logit.
   */
  readonly score: 'logit' | 'probability';
}

export type AnyCard = ModelCard | RerankerCard;

export const isRerankerCard = (card: AnyCard): card is RerankerCard => 'task' in card;

/**
 * Unpinned: no file of either could be had where this was written, so the hashes are null until the first download locks
 * them, and no quality is promised. Files are those that the repositories list.
 */
const unpinned = { revision: null, sha256: null, dtype: 'unknown', tokenizerSha256: null, task: 'rerank' } as const;

/** BERT of 6 layers, trained on questions and passages of the web; knows no code. */
const msMarcoMiniLm: RerankerCard = {
  ...unpinned,
  name: 'cross-encoder/ms-marco-MiniLM-L-6-v2',
  repository: 'cross-encoder/ms-marco-MiniLM-L-6-v2',
  // Signed 8-bit weights: on x86 several times as fast as fp32; the unsigned file beside it is not.
  file: 'onnx/model_qint8_avx512_vnni.onnx',
  maxTokens: 512,
  // Its sentence-transformers configuration names no activation but the identity.
  score: 'logit',
};

/** ModernBERT of 149M parameters, for text and code. */
const gteModernBert: RerankerCard = {
  ...unpinned,
  name: 'Alibaba-NLP/gte-reranker-modernbert-base',
  repository: 'Alibaba-NLP/gte-reranker-modernbert-base',
  file: 'onnx/model_int8.onnx',
  maxTokens: 8192,
  score: 'probability',
};

export const builtInRerankers: readonly RerankerCard[] = [msMarcoMiniLm, gteModernBert];
