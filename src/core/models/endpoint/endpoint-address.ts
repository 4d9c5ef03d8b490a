/**
 * Where an endpoint is asked, and whether it may be.
 */
import { QdxError } from '../../../lib/errors.ts';
import { apiAddress, assertKeyIsSafe, isLoopback } from '../../../lib/remote-address.ts';
import type { EndpointParams } from './endpoint-params.ts';

export type EndpointApi = 'openai' | 'tei';

export interface EndpointPlace {
  readonly address: URL;
  readonly api: EndpointApi;
}

/**
 * `http://host:8080/v1` is asked at `/v1/embeddings`, a URL that ends with `/embed` in the shape of text-embeddings-inference.
 * @throws QdxError `usage` without a URL, `refused` where the key would travel in the clear.
 */
export function endpointPlace(name: string, params: EndpointParams | undefined): EndpointPlace {
  if (params?.url === undefined && /:https?:\/\//.test(name))
    throw new QdxError('usage', `${name} names an address where the model's own name belongs`, {
      hint: `--model endpoint:NAME --endpoint ${name.replace(/^endpoint:/, '')}`,
    });
  if (params?.url === undefined)
    throw new QdxError('usage', `the model ${name} answers over HTTP, and no address of it is known`, {
      hint: '--endpoint http://127.0.0.1:8080/v1, GPU_API_ENDPOINT, or endpoint.url in your own settings',
    });
  const base = new URL(params.url);
  const { protocol, hostname, origin } = base;
  assertKeyIsSafe({ protocol, hostname, text: origin }, params.apiKey, params.insecure);
  const isEmbed = /\/embed\/?$/.test(base.pathname);
  const api = params.api === 'auto' ? (isEmbed ? 'tei' : 'openai') : params.api;
  const address = api === 'tei' ? apiAddress(base, 'embed', '') : apiAddress(base, 'embeddings', 'v1/');
  return { address, api };
}

/**
 * A text stays on this machine where the endpoint does; a private address is another machine all the same.
 * @throws QdxError `refused`
 */
export async function assertTextsMayGo(
  name: string,
  { address }: EndpointPlace,
  { assertMayTravel }: EndpointParams,
): Promise<void> {
  if (isLoopback(address.hostname)) return;
  const what = `the text of every chunk and query that ${name} is to encode`;
  if (assertMayTravel) return assertMayTravel({ destination: address.origin, what });
  throw new QdxError('refused', `nothing was sent to ${address.origin}: ${what}`, {
    hint: '--allow-remote-text --yes sends it unasked',
  });
}
