/**
 * What the collection that takes a name is made like. As the one that is there, but for the size of its vector, where the new
 * vectors fit it and no flag asks for something else; else as the settings say. What that changes is a matter of a guard.
 */
import { isDeepStrictEqual } from 'node:util';
import { stringifyJson } from '../../../lib/json.ts';
import type { Settings } from '../../config/schema.ts';
import { sameSpace } from '../../models/cards/space.ts';
import { cardKey } from '../../qdrant/collection/card-store.ts';
import type { CollectionCard } from '../../qdrant/collection/collection-card.ts';
import { type CollectionInfo, denseVectors, type DenseVectorInfo } from '../../qdrant/collection/collection-info.ts';
import { collectionBody, schemaDifferences } from '../../qdrant/collection/collection-schema.ts';
import { deferralKey } from '../../qdrant/collection/deferred-indexing.ts';
import type { ServerInfo } from '../../qdrant/connection/connection.ts';
import type { CollectionDescription } from '../collection/collection-description.ts';

export interface WantedCollection {
  readonly description: CollectionDescription;
  readonly card: CollectionCard;
  readonly distance: string;
  /** What would be otherwise than it is, as sentences: `vectors.dense.size: 384 -> 768`. */
  readonly changes: readonly string[];
  /** A point of the collection that is there would be a good point of it. */
  readonly takesOldPoints: boolean;
}

export interface ExistingCollection {
  readonly info: CollectionInfo;
  readonly card: CollectionCard | null;
  readonly description: CollectionDescription;
}

export interface WantedInput {
  readonly existing: ExistingCollection;
  /** Of what is uploaded. */
  readonly given: CollectionCard;
  readonly settings: Settings;
  /** Flags that decide how a new collection is made were typed. */
  readonly isTyped: boolean;
  readonly server: ServerInfo;
}

type Config = Readonly<Record<string, unknown>>;

export function wantedCollection(input: WantedInput): WantedCollection {
  const vectorName = input.isTyped ? null : fittingVector(input.existing);
  return vectorName === null ? bySettings(input) : asItIs(input, vectorName);
}

/** The one dense vector of a collection that has no other, and no shard keys; null elsewhere. */
function fittingVector({ info, card, description }: ExistingCollection): string | null {
  const dense = Object.entries(denseVectors(info));
  const [only] = dense;
  if (!only || dense.length > 1 || description.shardKeys.length > 0) return null;
  const [name, { multivector_config: multi, datatype }] = only;
  if (multi || (datatype ?? 'float32') === 'uint8') return null;
  return card === null || card.vectorName === name ? name : null;
}

function asItIs({ existing, given, settings }: WantedInput, vectorName: string): WantedCollection {
  const { info, card: old, description } = existing;
  const was = denseVectors(info)[vectorName];
  const { dimension } = given.model;
  const { distance } = settings.vector;
  const sparse = Object.keys(info.config.params.sparse_vectors ?? {});
  // A collection without a card says nothing of terms: those of the file are kept, in a vector of their own where it has none.
  const hasTerms = given.lexical !== null || sparse.includes(given.sparseName ?? '');
  const sparseName = old ? old.sparseName : hasTerms ? given.sparseName : null;
  const addsTerms = sparseName !== null && !sparse.includes(sparseName);
  const card = { ...given, ...keptOf(old), vectorName, sparseName };
  const place = vectorName === '' ? 'vectors' : `vectors.${vectorName}`;
  const changes = [
    ...change(`${place}.size`, was?.size, dimension),
    ...change(`${place}.distance`, was?.distance, distance),
  ];
  return {
    description: {
      ...description,
      config: withTerms(
        withVector(description.config, vectorName, { size: dimension, distance }),
        addsTerms ? sparseName : null,
      ),
      metadata: withCard(description, card),
    },
    card,
    distance,
    changes,
    takesOldPoints: changes.length === 0 && isSameContent(old, card),
  };
}

/** What belongs to the collection and not to the vectors. */
const keptOf = (old: CollectionCard | null): Partial<CollectionCard> =>
  old
    ? {
        ...(old.payloadKeys && { payloadKeys: old.payloadKeys }),
        ...(old.description !== '' && { description: old.description }),
      }
    : {};

const isSameContent = (old: CollectionCard | null, card: CollectionCard): boolean =>
  old !== null &&
  sameSpace(old.model, card.model) &&
  old.vectorName === card.vectorName &&
  old.sparseName === card.sparseName &&
  isDeepStrictEqual(old.tokenVectors, card.tokenVectors) &&
  (old.sparseName === null || isDeepStrictEqual(old.lexical, card.lexical));

const change = (path: string, was: unknown, is: unknown): string[] =>
  isDeepStrictEqual(was, is)
    ? []
    : [`${path}: ${stringifyJson(was) ?? 'nothing'} -> ${stringifyJson(is) ?? 'nothing'}`];

function withVector(config: Config, name: string, values: Pick<DenseVectorInfo, 'size' | 'distance'>): Config {
  const params = config['params'] as Config;
  const vectors = params['vectors'] as Config;
  const changed =
    name === '' ? { ...vectors, ...values } : { ...vectors, [name]: { ...(vectors[name] as Config), ...values } };
  return { ...config, params: { ...params, vectors: changed } };
}

const termsVector = { modifier: 'idf' } as const;

function withTerms(config: Config, name: string | null): Config {
  if (name === null) return config;
  const params = config['params'] as Config;
  const others = params['sparse_vectors'] as Config | undefined;
  return { ...config, params: { ...params, sparse_vectors: { ...others, [name]: termsVector } } };
}

/** Other keys are the user's, and stay. */
function withCard({ metadata }: CollectionDescription, card: CollectionCard): ReadonlyMap<string, Buffer> {
  const entries = new Map([...metadata, [cardKey, Buffer.from(stringifyJson(card))]]);
  entries.delete(deferralKey);
  return entries;
}

function bySettings({ existing, given, settings, server }: WantedInput): WantedCollection {
  const { vectorName, sparseName, model } = given;
  const body = collectionBody({ settings, dimension: model.dimension, vectorName, sparseName, server });
  const { hnsw_config, optimizers_config, quantization_config, ...params } = body as Config;
  const { description, info, card: old } = existing;
  const strict = description.config['strict_mode_config'];
  const card = { ...given, ...(old?.description ? { description: old.description } : {}) };
  const indexes = settings.index.payloadIndexes;
  const changes = [
    ...schemaDifferences(body, info).flatMap(({ path, expected, actual }) => change(path, actual, expected)),
    ...Object.keys(denseVectors(info))
      .filter((name) => name !== vectorName)
      .map((name) => `vector ${JSON.stringify(name)}: it has none`),
    ...Object.keys(info.config.params.sparse_vectors ?? {})
      .filter((name) => name !== sparseName)
      .map((name) => `sparse vector ${JSON.stringify(name)}: it has none`),
    ...(quantization_config === undefined
      ? change('quantization', info.config.quantization_config ?? undefined, undefined)
      : []),
    ...Object.keys(description.payloadIndexes)
      .filter((field) => !indexes.includes(field))
      .map((field) => `payload index ${JSON.stringify(field)}: it has none`),
    ...(description.shardKeys.length > 0 ? ['shard keys: it has none'] : []),
  ];
  return {
    description: {
      name: description.name,
      aliases: [],
      shardKeys: [],
      config: {
        params,
        hnsw_config,
        optimizer_config: optimizers_config,
        ...(quantization_config !== undefined && { quantization_config }),
        ...(strict !== undefined && strict !== null && { strict_mode_config: strict }),
      },
      payloadIndexes: Object.fromEntries(indexes.map((field) => [field, 'keyword'])),
      metadata: withCard(description, card),
    },
    card,
    distance: settings.vector.distance,
    changes,
    takesOldPoints: !changes.some((each) => /vector/u.test(each)) && isSameContent(old, card),
  };
}
