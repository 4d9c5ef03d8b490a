/**
 * A model that was found: its card, and where its files or its service are.
 */
import type { CardOfFiles, ModelCard } from './cards/card.ts';
import type { EndpointParams } from './endpoint/endpoint-params.ts';
import type { Meter } from './endpoint/meter.ts';

/** An encoder, unless another kind of card is named. */
export interface FoundModel<Card extends CardOfFiles = ModelCard> {
  readonly card: Card;
  readonly origin: 'built-in' | 'cache' | 'folder';
  readonly folder: string;
  readonly modelFile: string;
  readonly tokenizerFile: string;
  readonly tokenizerConfigFile: string | null;
  /** sha256 by path in `folder`, of files besides those that the card names. */
  readonly lockedFiles: Readonly<Record<string, string>>;
  /** What had to be assumed about it; said when it is opened. */
  readonly notes: readonly string[];
}

export interface EndpointModel {
  readonly card: ModelCard;
  readonly origin: 'endpoint';
  readonly params: EndpointParams;
  /** The model on this machine whose tokenizer counts for it; null: tokens are estimated. */
  readonly local: FoundModel | null;
  readonly notes: readonly string[];
  /** What was asked of it so far, the question for its dimension too. */
  readonly meter: Meter;
}

/** What makes vectors: files on this machine, or a service over HTTP. */
export type EncoderModel = FoundModel | EndpointModel;
