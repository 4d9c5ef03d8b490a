/**
 * What is known of a reranker that answers over HTTP, and whether texts may be sent to it.
 */
import { QdxError } from '../../../../lib/errors.ts';
import type { OnEvent } from '../../../../lib/events.ts';
import { apiAddress, assertKeyIsSafe, isLoopback } from '../../../../lib/remote-address.ts';

export interface RemoteParams {
  /** Absent: nothing can be asked. */
  readonly url?: string;
  readonly apiKey?: string;
  /** As the endpoint calls it; absent: what the kind is used with, or none. */
  readonly model?: string;
  /** Of one request, from its start to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Texts may go to another machine. */
  readonly allowRemoteText: boolean;
  /** A key may go over plain http. */
  readonly insecure: boolean;
  /** Of `endpoint`: texts in one request, and how the request calls them. */
  readonly batchSize: number;
  readonly textsField: 'documents' | 'texts';
  /** Of one searcher, all queries together; absent: no limit. */
  readonly maxRequests?: number;
  /** In the currency of the prices; absent: no limit. `listwise` alone can keep it. */
  readonly maxCost?: number;
  /** Of a million tokens. */
  readonly inputPrice?: number;
  readonly outputPrice?: number;
}

/**
 * The address that requests go to.
 * @param path What the kind is asked at: `chat/completions`, `rerank`. A URL that ends with it is taken as it is.
 * @throws QdxError `usage` without a URL, `refused` where texts or a key must not go there.
 */
export function remoteAddress(
  kind: string,
  remote: RemoteParams,
  { path, version }: { readonly path: string; readonly version: '' | 'v1/' },
): URL {
  if (remote.url === undefined)
    throw new QdxError('usage', `--rerank ${kind} needs the address of an endpoint`, {
      hint: '--rerank-url http://127.0.0.1:8000/v1, QDX_RERANK_URL, or rerankEndpoint.url in your own settings',
    });
  const base = new URL(remote.url);
  const { protocol, hostname } = base;
  const host = base.origin;
  if (!isLoopback(hostname) && !remote.allowRemoteText)
    throw new QdxError('refused', `--rerank ${kind} would send the query and the texts of candidates to ${host}`, {
      hint: '--allow-remote-text (or allowRemoteText in your own settings) allows it',
    });
  assertKeyIsSafe({ protocol, hostname, text: host }, remote.apiKey, remote.insecure);
  return apiAddress(base, path, version);
}

/** Said once for each searcher: what leaves this process, and where it goes. */
export function saySending(kind: string, address: URL, depth: number, onEvent: OnEvent | undefined): void {
  const where = isLoopback(address.hostname) ? 'on this machine' : 'on another machine';
  onEvent?.({
    type: 'note',
    message: `--rerank ${kind} sends the query and the texts of up to ${depth} candidates to ${address.origin}${address.pathname}, ${where}`,
  });
}
