/**
 * A model that is asked over HTTP: its name, its card, and who counts its tokens.
 */
import { QdxError } from '../../../lib/errors.ts';
import { sha256Hex } from '../../../lib/hash.ts';
import type { ModelCard } from '../cards/card.ts';
import type { FoundModel } from '../found-model.ts';
import { openTokenizer } from '../open-tokenizer.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { openVectorAsker } from './ask-vectors.ts';
import { estimateTokens, estimatingTokenizer, mostTokens } from './count-tokens.ts';
import { endpointPlace } from './endpoint-address.ts';
import type { EndpointModel } from '../found-model.ts';
import type { EndpointParams } from './endpoint-params.ts';
import { createMeter, type Meter } from './meter.ts';

const scheme = 'endpoint:';

export const isEndpointName = (name: string): boolean => name.startsWith(scheme);

export interface FindEndpointOptions {
  readonly params: EndpointParams | undefined;
  /** The card of vectors that are there: it is taken over, and nothing is asked. */
  readonly like?: ModelCard;
  /** Finds a model on this machine; rejects where it is not here. */
  readonly findLocal: (name: string) => Promise<FoundModel>;
}

/**
 * @throws QdxError `usage` where the name or the address is missing; what the endpoint answers badly to the one question that
 * finds its dimension out.
 */
export async function findEndpointModel(
  name: string,
  { params, like, findLocal }: FindEndpointOptions,
): Promise<EndpointModel> {
  if (name === scheme)
    throw new QdxError('usage', 'which model of the endpoint? endpoint: wants its name', {
      hint: '--model endpoint:text-embedding-3-small, as the endpoint calls it',
    });
  const place = endpointPlace(name, params);
  // The place is known, so the parameters are.
  const known = params as EndpointParams;
  const named = known.tokenizer ?? name.slice(scheme.length);
  const local = await findLocal(named).catch((error: unknown) => {
    if (known.tokenizer !== undefined) throw error;
    return null;
  });
  const meter = createMeter(known);
  const card = like ?? endpointCard(name, known, known.dimension ?? (await askDimension(name, known, meter)));
  const notes = local
    ? []
    : [`${name}: its tokenizer is not here, so tokens are estimated by characters; --endpoint-tokenizer names one`];
  const asked = { ...known, url: place.address.href, api: place.api };
  return { card, origin: 'endpoint', params: asked, local, notes, meter };
}

/**
 * The space is the name, not the address: the same model may be served from another machine tomorrow. That it is the same is
 * checked by its vectors: against stored ones before a run adds to them, and by `qdx verify-model`.
 */
function endpointCard(name: string, params: EndpointParams, dimension: number): ModelCard {
  const { normalize, queryPrefix, documentPrefix, maxTokens } = params;
  return {
    name,
    repository: name,
    revision: null,
    file: 'endpoint',
    sha256: null,
    dtype: 'unknown',
    dimension,
    pooling: 'served',
    normalize,
    queryPrefix,
    documentPrefix,
    maxTokens,
    tokenizerSha256: null,
    // Half floats and other batches on other GPUs stay far above it; another model is far below.
    parityFloor: 0.99,
    tokenVectors: 'none',
  };
}

/** A word of qdx's own, no text of the user. */
const probe = 'dimension';
const probeTokens = estimateTokens(probe);

async function askDimension(name: string, params: EndpointParams, meter: Meter): Promise<number> {
  const place = endpointPlace(name, params);
  const { normalize, signal = new AbortController().signal } = params;
  const asker = openVectorAsker({ name, place, params: { ...params, retries: 1 }, normalize, meter });
  try {
    const { vectors } = await asker.ask([probe], probeTokens, signal);
    return vectors[0]?.length ?? 0;
  } finally {
    asker.close();
  }
}

export interface TextLength {
  /** Special tokens included, all of them read or not. */
  readonly tokens: number;
  /** It may be longer than the model reads: by its tokenizer, or, where that is not here, by characters. */
  readonly isTooLong: boolean;
}

export async function openTextMeasure(model: EndpointModel): Promise<(text: string) => TextLength> {
  const tokenizer = await tokenizerOfEndpoint(model, 'query');
  const { maxTokens } = model.card;
  return (text) => {
    const tokens = tokenizer.count(text) + tokenizer.specialTokens;
    const most = model.local ? tokens : mostTokens(text) + tokenizer.specialTokens;
    return { tokens, isTooLong: most > maxTokens };
  };
}

export const tokenizerOfEndpoint = async (
  { local }: Pick<EndpointModel, 'local'>,
  use: 'query' | 'bulk' = 'bulk',
): Promise<Tokenizer> => (local ? openTokenizer(local, use) : estimatingTokenizer);

/** What decides its vectors besides the card, for names of what is kept of them: who serves it, and by which name. */
export const endpointIdentity = ({ card, params }: EndpointModel): string =>
  sha256Hex(JSON.stringify(['endpoint', params.url, card.name]));
