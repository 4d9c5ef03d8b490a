/**
 * The official client on our terms: its own version check off, its warnings unheard, its calls repeated and its
 * errors translated as those of raw requests.
 */
import type { QdrantClient } from '@qdrant/js-client-rest';
import type { ServerUrl } from './server-url.ts';

export interface OfficialClientOptions {
  readonly url: ServerUrl;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
  readonly maxSockets: number;
  /** Makes a call, repeats it where that helps, and makes what a caller sees out of what the client threw. */
  readonly repeat: <T>(call: () => Promise<T>, what: string) => Promise<T>;
}

export async function createOfficialClient(options: OfficialClientOptions): Promise<QdrantClient> {
  const { url, apiKey, timeoutMs, maxSockets, repeat } = options;
  const { QdrantClient: Client } = await import('@qdrant/js-client-rest');
  const client = new Client({
    host: url.hostname,
    port: url.port,
    https: url.protocol === 'https:',
    ...(url.prefix && { prefix: url.prefix }),
    // As a header, not as `apiKey`, which prints a warning for every plain http connection, loopback too.
    ...(apiKey !== undefined && { headers: { 'api-key': apiKey } }),
    timeout: timeoutMs,
    maxConnections: maxSockets,
    checkCompatibility: false,
  });
  return new Proxy(client, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function' || typeof property !== 'string') return member;
      return async (...args: unknown[]) =>
        repeat(async (): Promise<unknown> => member.apply(target, args), whatOf(property, args));
    },
  });
}

/** `getCollection /collections/docs`, so that sentences can name the collection. */
const whatOf = (method: string, [first]: readonly unknown[]): string =>
  typeof first === 'string' ? `${method} /collections/${encodeURIComponent(first)}` : method;
