/**
 * An embedding service over HTTP with real vectors: qdx's built-in model behind the two shapes that services speak, OpenAI's
 * `/v1/embeddings` and text-embeddings-inference's `/embed`. What no healthy service does is done by a `fault`.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Encoder } from '../../src/core/models/encoder.ts';
import { findModel } from '../../src/core/models/find-model.ts';
import { openEncoder } from '../../src/core/models/open-encoder.ts';
import { temporaryFolder } from './temporary.ts';

interface EmbeddingRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
  /** Requests before this one. */
  readonly before: number;
}

/** Answers in the place of the service; undefined: it answers itself. `change` alters what it was about to say. */
export interface Fault {
  readonly answer?: (request: EmbeddingRequest, response: ServerResponse) => boolean;
  readonly change?: (json: OpenAiAnswer, request: EmbeddingRequest) => unknown;
}

export interface OpenAiAnswer {
  object: string;
  model: string;
  data: { object: string; index: number; embedding: number[] | string }[];
  usage?: { prompt_tokens: number; total_tokens: number };
}

export interface EmbeddingServer {
  /** `http://127.0.0.1:1234` */
  readonly url: string;
  readonly requests: readonly EmbeddingRequest[];
  /** Texts that were encoded, all requests together. */
  readonly texts: readonly string[];
  fault: Fault;
  close(): Promise<void>;
}

export async function startEmbeddingServer(): Promise<EmbeddingServer> {
  const cacheFolder = temporaryFolder('served');
  const model = await findModel('all-MiniLM-L6-v2', { cacheFolder });
  const encoder = await openEncoder(model, { device: 'cpu', workers: 1, use: 'query', cacheFolder });
  const requests: EmbeddingRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      const texts = [body['input'] ?? body['inputs']].flat() as string[];
      const request = { path: incoming.url ?? '', headers: incoming.headers, body, texts, before: requests.length };
      requests.push(request);
      if (served.fault.answer?.(request, response)) return;
      void answer(request, encoder, served.fault).then(
        (json) => reply(response, 200, json),
        (error: unknown) => reply(response, 500, { error: { message: String(error) } }),
      );
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const served: EmbeddingServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get texts() {
      return requests.flatMap(({ texts }) => texts);
    },
    fault: {},
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
      await encoder.close();
    },
  };
  return served;
}

export function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
  return true;
}

async function answer(request: EmbeddingRequest, encoder: Encoder, { change }: Fault): Promise<unknown> {
  const encoded = [];
  for (const text of request.texts) encoded.push(await encoder.encode(text, { role: 'document' }));
  if (request.path === '/embed') return encoded.map(({ vector }) => Array.from(vector));
  const tokens = encoded.reduce((sum, { tokenCount }) => sum + tokenCount, 0);
  const isBase64 = request.body['encoding_format'] === 'base64';
  const json: OpenAiAnswer = {
    object: 'list',
    model: String(request.body['model']),
    data: encoded.map(({ vector }, index) => ({
      object: 'embedding',
      index,
      embedding: isBase64 ? base64Of(vector) : Array.from(vector),
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
  return change ? change(json, request) : json;
}

export const base64Of = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
