/**
 * The official client on our terms: its own version check off, its warnings unheard, its errors translated.
 */
import type { QdrantClient } from '@qdrant/js-client-rest';
import type { ServerUrl } from './server-url.ts';

export interface OfficialClientOptions {
  readonly url: ServerUrl;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
  readonly maxSockets: number;
  /** Makes what a caller sees out of what the client threw. */
  readonly translate: (error: unknown, what: string) => Promise<unknown>;
}

export async function createOfficialClient(options: OfficialClientOptions): Promise<QdrantClient> {
  const { url, apiKey, timeoutMs, maxSockets, translate } = options;
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
      return (...args: unknown[]) => {
        const returned: unknown = member.apply(target, args);
        if (!(returned instanceof Promise)) return returned;
        return returned.catch(async (error: unknown) => {
          throw await translate(error, whatOf(property, args));
        });
      };
    },
  });
}

/** `getCollection /collections/docs`, so that sentences can name the collection. */
const whatOf = (method: string, [first]: readonly unknown[]): string =>
  typeof first === 'string' ? `${method} /collections/${encodeURIComponent(first)}` : method;
