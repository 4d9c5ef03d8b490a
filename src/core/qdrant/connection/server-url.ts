/**
 * URLs of Qdrant servers: what users type, read as the official clients read it.
 */
import { QdxError } from '../../../lib/errors.ts';

/** The official clients take this port where a URL names none, `https://` included. */
const defaultPort = '6333';

export interface ServerUrl {
  /** With a port and without a slash at its end: `https://host:6333/prefix`. */
  readonly text: string;
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: number;
  /** Path before every route, without a slash at its end; empty where there is none. */
  readonly prefix: string;
}

/** @throws QdxError `usage` for what is no URL of a server. */
export function parseServerUrl(text: string): ServerUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new QdxError('usage', `"${withoutCredentials(text)}" is not the URL of a Qdrant server`, {
      hint: 'write it like http://localhost:6333 or https://qdrant.example.com:6333',
    });
  if (url.username || url.password || url.search)
    throw new QdxError('usage', `the URL of ${url.host} holds credentials or a query, which end up in logs`, {
      hint: 'put the API key into QDRANT_API_KEY or a file (--api-key-file) and leave it out of the URL',
    });
  // URL drops a port that is the protocol's own, so `:443` must be read from the text.
  const port = url.port || (/^https?:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(text)?.[1] ?? defaultPort);
  const prefix = url.pathname.replace(/\/+$/, '');
  return {
    text: `${url.protocol}//${url.hostname}:${port}${prefix}`,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(port),
    prefix,
  };
}

const withoutCredentials = (text: string): string => text.replace(/\/\/[^/@]*@/, '//');
