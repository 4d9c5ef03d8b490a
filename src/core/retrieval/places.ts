/**
 * Where a search finds its models.
 */
import type { ModelCard } from '../models/cards/card.ts';
import type { RerankerCard } from '../models/cards/reranker-card.ts';
import type { EncoderModel, FoundModel } from '../models/found-model.ts';

export interface SearchPlaces {
  readonly cacheFolder: string;
  /** @param like The card of the vectors that are searched: see findModel. */
  readonly findModel: (name: string, like?: ModelCard) => Promise<EncoderModel>;
  /** Absent: there are no cross-encoders. */
  readonly findReranker?: (name: string) => Promise<FoundModel<RerankerCard>>;
  /** Of the caller; what encoders and rerankers in processes of their own get of it (processEnvironment). Absent: nothing. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}
