/**
 * An endpoint of the built-in model for a test file, and encoders that ask it.
 */
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Encoder } from '../../../src/core/models/encoder.ts';
import type { EndpointParams } from '../../../src/core/models/endpoint/endpoint-params.ts';
import { findModel } from '../../../src/core/models/find-model.ts';
import { openEncoder } from '../../../src/core/models/open-encoder.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { type EmbeddingServer, startEmbeddingServer } from '../../helpers/embedding-server.ts';
import { endpointParams } from '../../helpers/endpoint-params.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

export const endpointModel = 'endpoint:all-MiniLM-L6-v2';

export interface UsedEndpoint {
  /** Without a fault at the beginning of each test. */
  readonly server: EmbeddingServer;
  readonly cacheFolder: string;
  /** Of all encoders of a test. */
  readonly events: readonly QdxEvent[];
  /** An encoder that is closed after the test, of the built-in model; it does not try again unless `changes` say so. */
  readonly open: (
    changes?: Partial<EndpointParams>,
    served?: string,
    known?: { readonly dimension?: number },
  ) => Promise<Encoder>;
}

/** To be called once at the top of a test file. */
export function useEndpoint(): UsedEndpoint {
  const cacheFolder = temporaryFolder('cache');
  const opened: Encoder[] = [];
  const events: QdxEvent[] = [];
  let server: EmbeddingServer;
  beforeAll(async () => {
    server = await startEmbeddingServer();
  });
  afterEach(async () => {
    for (const encoder of opened.splice(0)) await encoder.close();
    server.fault = {};
    events.length = 0;
  });
  afterAll(() => server.close());
  return {
    get server() {
      return server;
    },
    cacheFolder,
    events,
    open: async (changes = {}, served = endpointModel, known = { dimension: 384 }) => {
      const endpoint = endpointParams({ url: server.url, ...known, retries: 0, ...changes });
      const model = await findModel(served, { cacheFolder, endpoint });
      const options = { device: 'cpu', workers: 1, use: 'bulk', cacheFolder } as const;
      const encoder = await openEncoder(model, options, { onEvent: (event) => void events.push(event) });
      opened.push(encoder);
      return encoder;
    },
  };
}

export const encodeAll = (encoder: Encoder, texts: readonly string[]) =>
  Promise.all(texts.map((text) => encoder.encode(text, { role: 'document' })));
