/**
 * The collection that takes the new vectors: the source's configuration, payload indexes and metadata as they are, with the vectors
 * and the card exchanged.
 */
import { stringifyJson } from '../../../lib/json.ts';
import type { Settings } from '../../config/schema.ts';
import { type LexicalSettings, defaultLexical } from '../../lexical/lexical.ts';
import type { ModelCard } from '../../models/cards/card.ts';
import { cardKey } from '../../qdrant/collection/card-store.ts';
import type { CollectionCard } from '../../qdrant/collection/collection-card.ts';
import type { KeptTokens } from '../../qdrant/collection/kept-tokens.ts';
import type { CollectionDescription } from '../collection/collection-description.ts';
import type { SourceProbe } from './probe.ts';
import type { TextRule } from './text-rule.ts';
import type { VectorsPlan } from './vectors-plan.ts';

export interface TargetInput {
  readonly probe: SourceProbe;
  readonly vectors: VectorsPlan;
  readonly rule: TextRule;
  readonly model: ModelCard;
  readonly distance: Settings['vector']['distance'];
  /** Absent: the source's. */
  readonly description?: string;
  readonly tokens: KeptTokens;
  readonly qdxVersion: string;
}

/** The card that says what the new vectors mean. */
export function targetCard(input: TargetInput): CollectionCard {
  const { probe, vectors, rule, model, description, qdxVersion } = input;
  const { card } = probe;
  const lexical: LexicalSettings | null = vectors.sparseName === null ? null : defaultLexical;
  return {
    cardVersion: 1,
    model,
    vectorName: vectors.denseName,
    sparseName: vectors.sparseName,
    chunking: rule.chunking,
    lexical,
    tokenVectors: input.tokens,
    ...(rule.payloadKeys && { payloadKeys: rule.payloadKeys }),
    sources: card?.sources ?? [],
    description: description ?? card?.description ?? '',
    qdxVersion,
    createdAt: new Date().toISOString(),
  };
}

type Config = Readonly<Record<string, unknown>>;

/** What of a dense vector's settings goes over to its successor; its size, distance and datatype are of the old model. */
const takenOver = ['on_disk', 'hnsw_config', 'quantization_config'] as const;

export function targetDescription(input: TargetInput, card: CollectionCard): CollectionDescription {
  const { description } = input.probe;
  const metadata = new Map([...description.metadata, [cardKey, Buffer.from(stringifyJson(card))] as const]);
  return {
    ...description,
    config: { ...description.config, params: vectorParams(input, description.config['params'] as Config) },
    metadata: new Map([...metadata].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function vectorParams({ vectors, model, distance }: TargetInput, params: Config): Config {
  const { vectors: dense, sparse_vectors: sparse, ...rest } = params;
  const { replaced, kept, denseName, sparseName } = vectors;
  const byName = namedVectors(dense as Config | undefined);
  const old = (byName[replaced.name] ?? {}) as Config;
  const taken = Object.fromEntries(takenOver.flatMap((key) => (old[key] === undefined ? [] : [[key, old[key]]])));
  const made = { size: model.dimension, distance, ...taken };
  const keptDense = kept.filter(({ kind }) => kind !== 'sparse').map(({ name }) => [name, byName[name]]);
  const keptSparse = kept
    .filter(({ kind }) => kind === 'sparse')
    .map(({ name }) => [name, (sparse as Config | undefined)?.[name]]);
  const terms = sparseName === null ? [] : [[sparseName, { modifier: 'idf' }]];
  const sparseVectors = Object.fromEntries([...keptSparse, ...terms]) as Config;
  return {
    ...rest,
    vectors: denseName === '' ? made : { ...Object.fromEntries(keptDense), [denseName]: made },
    ...(Object.keys(sparseVectors).length > 0 && { sparse_vectors: sparseVectors }),
  };
}

const namedVectors = (vectors: Config | undefined): Config =>
  vectors === undefined ? {} : typeof vectors['size'] === 'number' ? { '': vectors } : vectors;
