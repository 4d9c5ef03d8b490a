/**
 * Text -> vector, from the cache or the model. The model is opened at the first text that the cache does not have: a run in
 * which nothing changed starts none.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from '../../lib/events.ts';
import type { Settings } from '../config/schema.ts';
import { chooseDevice, deviceFacts } from '../models/onnx/devices.ts';
import { weightsHash } from '../models/weights-hash.ts';
import type { Encoder } from '../models/encoder.ts';
import type { Bill } from '../models/endpoint/meter.ts';
import type { EncoderModel } from '../models/found-model.ts';
import { cpuIdentity } from '../models/onnx/mapped-model.ts';
import { emptyCache, openVectorCache, type VectorCache } from '../vectors/cache.ts';
import type { CachedVector } from '../vectors/cache-segment.ts';

export interface EmbeddedText extends CachedVector {
  readonly isCached: boolean;
}

export interface Embedder {
  readonly model: EncoderModel;
  /** Whether the cache seems to have it. */
  isKnown(text: string): boolean;
  embed(text: string): Promise<EmbeddedText>;
  /** By the model, whatever the cache has: what it gives now. */
  embedAnew(text: string): Promise<EmbeddedText>;
  /** Begins to open the model, so that it is ready when the first text comes; its errors come with that text. */
  warmUp(): void;
  /** As it was asked for. */
  readonly tokenWindow: number;
  /** Vectors in the cache, at the start. */
  readonly knownCount: number;
  /** How many texts to have under way. */
  readonly inFlight: number;
  /** Device and provider really used; null while no model was needed. */
  readonly device: string | null;
  /** What was asked of an endpoint until now; null where nothing was. */
  readonly bill: Bill | null;
  close(): Promise<void>;
}

export interface EmbedderOptions {
  readonly model: EncoderModel;
  readonly settings: Settings['embed'];
  /** The user's cache folder of qdx. */
  readonly cacheFolder: string;
  /** Neighbouring tokens to one row of the sign bits that come with each vector; 0: none come. */
  readonly tokenWindow: number;
  /** For the encoder's processes; see EncoderOptions. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export async function openEmbedder(options: EmbedderOptions, run: RunOptions): Promise<Embedder> {
  const { model, settings, cacheFolder, tokenWindow, environment } = options;
  const cacheDevice = deviceOf(model, settings.device);
  let cache = await openCache(options, cacheDevice, run);
  let opening: Promise<Encoder> | undefined;
  let encoder: Encoder | undefined;
  const open = async (): Promise<Encoder> => {
    const { openEncoder } = await import('../models/open-encoder.ts');
    const { device, workers } = settings;
    const places = { cacheFolder, ...(environment && { environment }) };
    encoder = await openEncoder(model, { device, workers, use: 'bulk', ...places }, run);
    if (encoder.device === cacheDevice) return encoder;
    // CUDA could not be started after all: these vectors are those of the processor.
    const other = await openCache(options, encoder.device, run);
    cache.close();
    cache = other;
    return encoder;
  };
  const embedAnew = async (text: string): Promise<EmbeddedText> => {
    const ready = encoder ?? (await (opening ??= open()));
    const signal = run.signal && { signal: run.signal };
    const { tokenVectors: _, ...encoded } = await ready.encode(text, { role: 'document', tokenWindow, ...signal });
    return { ...encoded, isCached: false };
  };
  return {
    model,
    isKnown: (text) => cache.has(cache.keyOf(text, 'document')),
    async embed(text) {
      const key = cache.keyOf(text, 'document');
      const known = cache.get(key);
      if (known) return { ...known, isCached: true };
      const encoded = await embedAnew(text);
      cache.put(key, encoded);
      return encoded;
    },
    embedAnew,
    warmUp() {
      opening ??= open();
      opening.catch(() => {});
    },
    tokenWindow,
    knownCount: cache.size,
    get inFlight() {
      return 2 * (encoder?.parallel ?? (settings.workers || availableParallelism()));
    },
    get device() {
      return encoder?.device ?? null;
    },
    get bill() {
      return billOf(model);
    },
    async close() {
      await opening?.then(
        (opened) => opened.close(),
        () => {},
      );
      cache.close();
    },
  };
}

/** Null where nothing was asked over HTTP. */
function billOf(model: EncoderModel): Bill | null {
  const bill = model.origin === 'endpoint' ? model.meter.bill : null;
  return bill && bill.requests > 0 ? bill : null;
}

async function openCache(
  { model, settings, cacheFolder, tokenWindow }: EmbedderOptions,
  device: string,
  { onEvent }: RunOptions,
): Promise<VectorCache> {
  if (!settings.cache) return emptyCache;
  return openVectorCache({
    folder: join(cacheFolder, 'vectors'),
    card: model.card,
    weights: await weightsHash(model),
    // Kernels differ between processors, and a cache folder may be shared by several machines.
    device: device === 'cpu' ? `cpu ${await cpuIdentity()}` : device,
    tokenWindow,
    maxBytes: settings.cacheBytes,
    ...(onEvent && { onEvent }),
  });
}

/** As the encoder will report it, so that its vectors can be looked up before it is opened. */
function deviceOf(model: EncoderModel, choice: Settings['embed']['device']): string {
  if (model.origin === 'endpoint') return new URL(model.params.url ?? '').host;
  const device = chooseDevice(choice, deviceFacts());
  return device.provider === 'cpu' ? 'cpu' : `cuda:${device.deviceId}`;
}
