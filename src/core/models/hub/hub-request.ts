/**
 * Requests to a model hub: redirects followed by hand, so that the token never leaves the hub's own origin.
 */
import { QdxError } from '../../../lib/errors.ts';
import { decodedUrlPart } from '../../../lib/redact.ts';
import type { HubSettings } from './hub-settings.ts';

export interface HubAnswer {
  readonly response: Response;
  /** The hub's own answer, whose headers speak of the file; `response` may come from another host. */
  readonly first: Response;
}

export interface HubRequest {
  readonly hub: HubSettings;
  readonly url: string;
  /** Named in errors: `file onnx/model.onnx of a/b`. */
  readonly what: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const redirectLimit = 5;
const redirectCodes = new Set([301, 302, 303, 307, 308]);

/** @throws QdxError for every answer but 200 and 206 (and 416 of a resumed request), and for a server that cannot be reached. */
export async function askHub(request: HubRequest): Promise<HubAnswer> {
  const { hub, what } = request;
  if (hub.offline)
    throw new QdxError('refused', `the ${what} would have to be downloaded, but HF_HUB_OFFLINE is set`, {
      hint: 'unset HF_HUB_OFFLINE, or name a folder that holds the model',
    });
  let url = new URL(request.url);
  let first: Response | undefined;
  for (let hop = 0; hop <= redirectLimit; hop++) {
    const response = await fetchOnce(url, request);
    first ??= response;
    const location = response.headers.get('location');
    if (!redirectCodes.has(response.status) || location === null)
      return { response: accept(response, url, request), first };
    await response.body?.cancel();
    url = nextUrl(url, location, what);
  }
  throw new QdxError('failed', `the ${what} is redirected more than ${redirectLimit} times`);
}

async function fetchOnce(url: URL, { hub, what, headers, signal }: HubRequest): Promise<Response> {
  const isOwnOrigin = url.origin === new URL(hub.endpoint).origin;
  try {
    return await fetch(bareUrl(url), {
      redirect: 'manual',
      headers: { ...headers, 'accept-encoding': 'identity', ...(isOwnOrigin && authorization(hub)) },
      ...(signal && { signal }),
    });
  } catch (error) {
    throw signal?.aborted
      ? new QdxError('interrupted', `stopped while the ${what} was downloaded`)
      : unreachable(url, hub, error);
  }
}

/** `fetch` refuses a URL that holds credentials. */
function bareUrl(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

/** Those in the URL are of that very host, so they go before a token. */
function authorization({ endpoint, token }: HubSettings): { readonly authorization?: string } {
  const { username, password } = new URL(endpoint);
  if (username !== '' || password !== '') {
    const pair = `${decodedUrlPart(username)}:${decodedUrlPart(password)}`;
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  }
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function nextUrl(from: URL, location: string, what: string): URL {
  const url = new URL(location, from);
  const isSecure = url.protocol === 'https:' || (url.protocol === 'http:' && from.protocol === 'http:');
  if (!isSecure)
    throw new QdxError(
      'refused',
      `the ${what} is redirected from ${from.origin} to ${url.origin}, which is not encrypted`,
    );
  return url;
}

function unreachable(url: URL, hub: HubSettings, error: unknown): QdxError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  const proxy =
    'a proxy is set, which Node uses by itself only from version 24 on with NODE_USE_ENV_PROXY=1; set HF_ENDPOINT to a mirror that is reached without it';
  const elsewhere = 'set HF_ENDPOINT to a mirror, or copy the model from a machine that has it and name its folder';
  return new QdxError('temporary', `${url.origin} cannot be reached: ${cause}`, {
    hint: hub.proxy === undefined ? elsewhere : proxy,
    cause: error,
  });
}

function accept(response: Response, url: URL, { hub, what }: HubRequest): Response {
  const { status } = response;
  if (status === 200 || status === 206 || status === 416) return response;
  const place = `${url.origin} answered ${status}`;
  const hasToken = hub.token !== undefined;
  if (status === 401 || status === 403)
    throw new QdxError('denied', `the ${what} may not be read: ${place}`, {
      hint: hasToken
        ? 'accept the terms of the model on its page with the account of this token, and check that the token may read it'
        : 'set HF_TOKEN to a token of an account that may read it (a model that does not exist is answered the same way)',
    });
  if (status === 404)
    throw new QdxError('notFound', `there is no ${what}: ${place}`, {
      hint: 'check the spelling, and --revision if you gave one',
    });
  if (status === 429 || status >= 500)
    throw new QdxError('temporary', `the ${what} cannot be had now: ${place}`, {
      hint: 'run the same command again later; it goes on where it stopped',
    });
  throw new QdxError('failed', `the ${what} cannot be had: ${place}`);
}
