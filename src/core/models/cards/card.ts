/**
 * ModelCard: everything that decides what a vector means.
 */

/** `served`: where the model is served, out of this program's sight. */
export type Pooling = 'cls' | 'mean' | 'last' | 'served';
export type Dtype = 'fp32' | 'fp16' | 'int8' | 'uint8' | 'q8' | 'q4' | 'bnb4' | 'unknown';

/** What the card of any model says of its files. */
export interface CardOfFiles {
  /** What the user types: `all-MiniLM-L6-v2`, `nomic-ai/CodeRankEmbed`, a folder. */
  readonly name: string;
  readonly repository: string;
  /** Commit of the repository; null where it is not pinned (a local folder). */
  readonly revision: string | null;
  /** Path of the ONNX file in the repository; `endpoint` of a model that is asked over HTTP. */
  readonly file: string;
  /** Where that file is from, if not from `repository`: somebody else's export of the same weights. */
  readonly fileSource?: { readonly repository: string; readonly revision: string };
  /** sha256 of that file; null until the first download locks it. */
  readonly sha256: string | null;
  readonly dtype: Dtype;
  /** Longest input in tokens, special tokens included. */
  readonly maxTokens: number;
  /** sha256 of tokenizer.json; null until locked. */
  readonly tokenizerSha256: string | null;
}

export interface ModelCard extends CardOfFiles {
  readonly dimension: number;
  readonly pooling: Pooling;
  readonly normalize: boolean;
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  /** Lowest cosine to a reference file of the same space that is still the same space. */
  readonly parityFloor: number;
  /** Whether the vectors before pooling may serve late interaction; `unverified` until a bench shows it. */
  readonly tokenVectors: 'usable' | 'unverified' | 'none';
}

/** The part of a card that must be equal for two vectors to be comparable. */
export type VectorSpace = Pick<
  ModelCard,
  | 'repository'
  | 'revision'
  | 'pooling'
  | 'normalize'
  | 'queryPrefix'
  | 'documentPrefix'
  | 'maxTokens'
  | 'tokenizerSha256'
  | 'dimension'
>;
