/**
 * Connection: one cached, bounded line to one Qdrant server. Made by `connect` (the registry), never by hand.
 *
 * Hot paths (queries, bulk upserts, scrolls) go over `request`: node:http with keep-alive, measured at half the overhead
 * of the official client. Administration goes over the official client, loaded on first use.
 */
import type { QdrantClient } from '@qdrant/js-client-rest';
import type { Readable } from 'node:stream';
import type { OnEvent } from '../../../lib/events.ts';

export interface ConnectionOptions {
  readonly url: string;
  readonly apiKey?: string;
  readonly timeoutMs: number;
  /** Attempts after the first one, for requests that may be repeated. */
  readonly retries: number;
  /** Longest time that one request may take with all its retries; so long a server that went away is waited for. */
  readonly retryDeadlineMs: number;
  /** Sockets to this server, all requests together. */
  readonly maxSockets: number;
  /** Send an API key over plain http to another host. */
  readonly insecure?: boolean;
  /** Version of the server where it is known, as of the local one: saves the request that reads it. */
  readonly version?: string;
  /** Where the URL comes from, for hints; absent: nothing is said of it. */
  readonly origin?: ServerOrigin;
  /** Of the run: once it aborts, no server that went away is waited for. What tidies up afterwards is sent all the same. */
  readonly signal?: AbortSignal;
  /** Hears of retries, and of a server version that was not tested. */
  readonly onEvent?: OnEvent;
}

/** A server that somebody named (`--url`, `QDRANT_URL`, a file), or the local one, which nothing but qdx starts again. */
export type ServerOrigin =
  | { readonly kind: 'named'; readonly by: string }
  | { readonly kind: 'local'; readonly log: string; readonly serverId: string };

export interface RequestOptions {
  /** A value (sent as JSON; bigints as bare numbers), ready bytes of JSON, or a StreamedBody. */
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Longest answer that is read into memory; absent: 512 MiB. */
  readonly maxAnswerBytes?: number;
  /** Gives memory of at least so many bytes that the answer may be read into; absent: new memory for each answer. */
  readonly memory?: (sizeBytes: number) => Buffer;
  /**
   * False where somebody waits for the answer, as of a search: a server that has answered and went away is then asked
   * `retries` times again, and not waited for until the deadline. Default true.
   */
  readonly awaitsReturn?: boolean;
  /** False for requests that must not be sent twice. Default true: upserts by id, reads and deletes are. */
  readonly repeatable?: boolean;
  /**
   * For requests that the server may answer with 202 (it goes on working): asked again and again until it gives the
   * result. Without it a 202 is an error.
   */
  readonly whenAccepted?: () => Promise<unknown>;
  /** Called before each wait between two attempts. */
  readonly onRetry?: (attempt: number, waitMs: number, reason: string) => void;
}

/** A body of any length that is no JSON; opened for each attempt anew. The timeout then bounds silence, not the whole. */
export class StreamedBody {
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly open: () => Readable;

  constructor(contentType: string, sizeBytes: number, open: () => Readable) {
    this.contentType = contentType;
    this.sizeBytes = sizeBytes;
    this.open = open;
  }
}

export interface ServerInfo {
  /** `1.16.3` */
  readonly version: string;
  readonly features: ServerFeatures;
  /** By how much its clock was ahead of this machine's when it answered, give or take a second; null where it did not say. */
  readonly clockAheadMs: number | null;
}

/** What this server can do, by its version. */
export interface ServerFeatures {
  /** Collection metadata (1.16): place of the collection card; before, a point of `_qdx`. */
  readonly collectionMetadata: boolean;
  /** Binary quantization with 1.5 and 2 bits and its query encodings (1.15). */
  readonly binaryEncodings: boolean;
  /** Upsert with a condition (1.16). */
  readonly conditionalUpsert: boolean;
}

export interface Connection {
  /** Without credentials: fit for messages. */
  readonly url: string;
  /**
   * What journals and scans know the server by: its URL; of the local one, which has another port after each start, the id
   * in its data folder (server/server-id.ts). Compared by same-server.ts.
   */
  readonly serverId: string;
  /** Requests on their way at once, at most: further ones wait for one of them to end. */
  readonly sockets: number;
  /**
   * Sends one request and returns `result` of the answer.
   * Integers beyond 2^53 come back as bigint, on every Node version.
   * @throws QdxError, translated once for all callers (see errors.ts of this folder).
   */
  request<T>(method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE', path: string, options?: RequestOptions): Promise<T>;
  /**
   * Like `request`, for what no parser may touch (payloads keep `1.0` and 64-bit integers): `read` gets the bytes of the
   * whole answer, and throws a SyntaxError where they are not what it expects. For requests that are never accepted (202).
   */
  requestRaw<T>(
    method: 'GET' | 'POST',
    path: string,
    read: (body: Buffer) => T,
    options?: Omit<RequestOptions, 'whenAccepted'>,
  ): Promise<T>;
  /**
   * Reads a file of any length: each chunk goes to `write`, and is waited for. One that broke off is asked for from there on.
   * The timeout bounds silence. Whether it is the right file, a checksum has to say.
   */
  download(
    path: string,
    write: (chunk: Buffer) => Promise<void>,
    options?: Pick<RequestOptions, 'signal' | 'timeoutMs'>,
  ): Promise<void>;
  /**
   * The official client, for administration, on the same limits. Its errors come translated like those of `request`; it
   * does not retry. Not for ids and payloads: on Node 20 it rounds integers beyond 2^53 without a word.
   */
  client(): Promise<QdrantClient>;
  /** Read once for each connection. */
  server(): Promise<ServerInfo>;
  /**
   * Another peer of the same cluster: with the same key and limits, and closed with this one.
   * @throws QdxError `refused` for a key that would go in the clear.
   */
  peerAt(url: string): Connection;
  close(): Promise<void>;
}
