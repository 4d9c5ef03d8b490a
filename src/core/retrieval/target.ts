/**
 * A collection opened for searching: what its vectors mean, how its payload is called, which lists it can give.
 */
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import type { ModelCard } from '../models/cards/card.ts';
import { describeSpaceDifference, sameSpace } from '../models/cards/space.ts';
import { cardOf } from '../qdrant/collection/card-store.ts';
import type { CollectionCard } from '../qdrant/collection/collection-card.ts';
import { type CollectionInfo, denseVectors, readCollectionInfo } from '../qdrant/collection/collection-info.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { PayloadKeys } from '../qdrant/collection/payload-keys.ts';
import { cosineOf, type Cosine } from './ranking/cosine.ts';
import { createLexicalEncoder, type LexicalEncoder } from '../lexical/lexical.ts';
import { tokenizerVersion } from '../lexical/terms.ts';
import { tokenLayout, type TokenLayout } from '../vectors/packed-tokens.ts';
import type { SearchMode, SearchParams } from './params.ts';
import type { SearchPlaces } from './places.ts';
import { shellText } from '../../lib/shell-line.ts';

interface DenseSide {
  readonly vectorName: string;
  /** Null where the distance says nothing of angles. */
  readonly cosine: Cosine | null;
  readonly isQuantized: boolean;
}

export interface SearchTarget {
  readonly name: string;
  readonly mode: SearchMode;
  /** Null where only words are searched. */
  readonly model: ModelCard | null;
  readonly dense: DenseSide | null;
  readonly lexical: { readonly sparseName: string; readonly encoder: LexicalEncoder } | null;
  readonly payloadKeys: PayloadKeys | undefined;
  /** Where sign bits of token vectors lie, and how they were made; null: the collection keeps none. */
  readonly tokens: { readonly payloadKey: string; readonly layout: TokenLayout } | null;
  /** How its texts were cut and embedded; null where something else did. */
  readonly chunking: CollectionCard['chunking'];
  /** Cut by qdx: every point has a `subdirectory`. */
  readonly isChunked: boolean;
  /** An estimate. */
  readonly pointCount: number;
}

/**
 * @throws QdxError `notFound` for a collection or model that is not there, `usage` where the mode cannot be had or a
 * model must be named, `refused` for another vector space or a newer card.
 */
export async function openTarget(
  connection: Connection,
  name: string,
  params: SearchParams,
  places: SearchPlaces,
  run: RunOptions,
): Promise<SearchTarget> {
  const info = await readCollectionInfo(connection, name, run.signal);
  const card = await cardOf(connection, name, info);
  const lexical = lexicalSide(info, card);
  const mode = modeOf({ name, params, hasLexical: lexical !== null, run });
  const payloadKeys = card ? card.payloadKeys : params.payloadKeys;
  const common = {
    name,
    mode,
    lexical: mode === 'dense' ? null : lexical,
    payloadKeys,
    chunking: card?.chunking ?? null,
    isChunked: (card?.chunking ?? null) !== null,
    tokens: card?.tokenVectors
      ? { payloadKey: card.tokenVectors.payloadKey, layout: tokenLayout(card.model, card.tokenVectors.window) }
      : null,
    pointCount: info.points_count ?? 0,
  };
  if (mode === 'lexical') return { ...common, model: null, dense: null };
  const model = await modelOf(name, card, params, places);
  if (!card) sayAssumptions(name, model, params, run);
  return { ...common, model, dense: denseSide({ name, info, card, model, params }) };
}

/** Only a card says how words became indices: without one, a sparse vector means nothing. */
function lexicalSide(info: CollectionInfo, card: CollectionCard | null): SearchTarget['lexical'] {
  const sparseName = card?.sparseName;
  if (!card?.lexical || typeof sparseName !== 'string') return null;
  if (!Object.hasOwn(info.config.params.sparse_vectors ?? {}, sparseName)) return null;
  if (card.lexical.tokenizerVersion > tokenizerVersion)
    throw new QdxError(
      'refused',
      `the words of this collection were cut by tokenizer version ${card.lexical.tokenizerVersion}; this qdx knows up to ${tokenizerVersion}`,
      {
        hint: `use qdx ${card.qdxVersion} or later, or --mode dense`,
      },
    );
  return { sparseName, encoder: createLexicalEncoder(card.lexical) };
}

interface ModeQuestion {
  readonly name: string;
  readonly params: SearchParams;
  readonly hasLexical: boolean;
  readonly run: RunOptions;
}

function modeOf({ name, params, hasLexical, run }: ModeQuestion): SearchMode {
  if (hasLexical || params.mode === 'dense') return params.mode;
  const reason = `${name} has no bm25 vector of qdx`;
  if (params.mode === 'lexical' || params.modeIsExplicit)
    throw new QdxError('usage', `--mode ${params.mode} needs words, and ${reason}`, {
      hint: shellText`qdx search --mode dense -c ${name} "..." searches by meaning; the server cannot add a sparse vector to a collection, so embed it anew to get one`,
    });
  run.onEvent?.({ type: 'warning', message: `${reason}: searched by meaning alone (mode dense)` });
  return 'dense';
}

async function modelOf(
  name: string,
  card: CollectionCard | null,
  params: SearchParams,
  places: SearchPlaces,
): Promise<ModelCard> {
  const named = params.model ?? (card ? undefined : params.settingsModel);
  if (!card && named === undefined)
    throw new QdxError('usage', `${name} has no card, so its model is unknown`, {
      hint: shellText`name the model that made its vectors: qdx search --model <name> -c ${name} "..."; or write a card: qdx collections adopt ${name} --model <name>`,
    });
  if (card && named === undefined) return card.model;
  const { card: model } = await places.findModel(named ?? '', card?.model);
  if (card && !sameSpace(card.model, model))
    throw new QdxError(
      'refused',
      `${name} was made with ${card.model.name}, not with ${model.name}: another vector space (${describeSpaceDifference(card.model, model)})`,
      { hint: 'leave --model out: the collection knows its own' },
    );
  return model;
}

function sayAssumptions(name: string, model: ModelCard, params: SearchParams, run: RunOptions): void {
  const { content = 'content', source_path: path = 'source_path' } = params.payloadKeys;
  run.onEvent?.({
    type: 'note',
    message: `${name} has no card: assumed that ${model.name} made its vectors, with the text in "${content}" and the path in "${path}"`,
  });
}

interface DenseQuestion {
  readonly name: string;
  readonly info: CollectionInfo;
  readonly card: CollectionCard | null;
  readonly model: ModelCard;
  readonly params: SearchParams;
}

function denseSide({ name, info, card, model, params }: DenseQuestion): DenseSide {
  const vectors = denseVectors(info);
  const names = Object.keys(vectors);
  const wanted = card?.vectorName ?? params.vectorName;
  // Without a card an only vector is meant, whatever it is called.
  const vectorName = !card && !Object.hasOwn(vectors, wanted) && names.length === 1 ? String(names[0]) : wanted;
  const vector = Object.hasOwn(vectors, vectorName) ? vectors[vectorName] : undefined;
  if (!vector)
    throw new QdxError(
      'usage',
      `${name} has no vector named ${JSON.stringify(vectorName)}; it has ${names.map((one) => JSON.stringify(one)).join(', ') || 'none'}`,
      {
        hint: 'name the dense vector in qdx.config.json: "vector": { "name": ... }',
      },
    );
  if (vector.size !== model.dimension)
    throw new QdxError(
      'refused',
      `${model.name} gives ${model.dimension} dimensions, the vectors of ${name} have ${vector.size}`,
      {
        hint: 'name the model that made them with --model',
      },
    );
  const cosine = cosineOf(vector.distance, model.normalize);
  if (!cosine && params.minScore !== undefined)
    throw new QdxError('usage', `--min-score is a cosine, and ${name} compares by ${vector.distance}`, {
      hint: 'leave --min-score out for this collection',
    });
  const isQuantized = Boolean(vector.quantization_config ?? info.config.quantization_config);
  if (!isQuantized) refuseQuantizedSearch(name, params);
  return { vectorName, cosine, isQuantized };
}

/** What the user typed for quantized vectors means nothing for others; the settings of the project may hold for some. */
function refuseQuantizedSearch(name: string, { typedForQuantized = [] }: SearchParams): void {
  const [flag] = typedForQuantized;
  if (flag === undefined) return;
  throw new QdxError('usage', `${flag} is for quantized vectors, and those of ${name} are not quantized`, {
    hint: `leave ${typedForQuantized.join(' and ')} out: every search of ${name} compares the full vectors`,
    details: { collection: name },
  });
}
