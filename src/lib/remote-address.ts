/**
 * Addresses of services over HTTP: what is this machine, where a key may go, where an API is asked.
 */
import { isIPv4 } from 'node:net';
import { QdxError } from './errors.ts';

/** True for this machine: what goes there passes no network. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  (isIPv4(hostname) && hostname.startsWith('127.'));

/** An API key over plain http can be read by everyone on the way. @throws QdxError `refused`. */
export function assertKeyIsSafe(
  url: { readonly protocol: string; readonly hostname: string; readonly text: string },
  apiKey: string | undefined,
  insecure: boolean,
): void {
  if (apiKey === undefined || url.protocol === 'https:' || isLoopback(url.hostname) || insecure) return;
  throw new QdxError('refused', `an API key would go to ${url.text} in the clear`, {
    hint: 'use https://, or --insecure where the network in between is yours',
  });
}

/**
 * The address that an API is asked at. A URL that ends with the path is taken as it is; one may end with the version or not,
 * since both are common.
 * @param path `chat/completions`, `rerank`, `embeddings`
 * @param version What stands before the path where the URL names none.
 */
export function apiAddress(base: URL, path: string, version: '' | 'v1/'): URL {
  const address = new URL(base);
  const written = address.pathname.replace(/\/+$/, '');
  const isWhole = written.endsWith(`/${path}`);
  const tail = isWhole ? '' : /\/v\d+$/.test(written) ? `/${path}` : `/${version}${path}`;
  address.pathname = `${written}${tail}`;
  return address;
}
