/**
 * Who may speak to the HTTP server, decided before anything of a request's body is read.
 *
 * A web page in the user's browser can reach the loopback: by its own name that resolves to 127.0.0.1 (DNS rebinding, seen by
 * the Host header) or by a plain cross-origin request (seen by the Origin header). Another user of the machine can as well:
 * against that is the token. The specification of the protocol asks for all three (2026-07-28, Security considerations).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import {
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  validateHostHeader,
  validateOriginHeader,
} from '@modelcontextprotocol/server';
import { mcpPath } from '../mcp-path.ts';
import type { RateLimit } from './rate-limit.ts';

export interface GuardRules {
  readonly token: string;
  readonly rateLimit: RateLimit;
}

export interface Refusal {
  readonly status: 401 | 403 | 404 | 429;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Null: it may go on. */
export function refusalOf(
  { url = '', headers }: { readonly url?: string | undefined; readonly headers: IncomingHttpHeaders },
  { token, rateLimit }: GuardRules,
): Refusal | null {
  const host = validateHostHeader(headers.host, localhostAllowedHostnames());
  if (!host.ok) return { status: 403, message: host.message };
  const origin = validateOriginHeader(headers.origin, localhostAllowedOrigins());
  if (!origin.ok) return { status: 403, message: origin.message };
  if (!carries(headers.authorization, token))
    return {
      status: 401,
      message: 'this server asks for its token: Authorization: Bearer <token>',
      headers: { 'www-authenticate': 'Bearer' },
    };
  if (url.split('?')[0] !== mcpPath) return { status: 404, message: `the server is at ${mcpPath}` };
  const waitSeconds = rateLimit.take();
  if (waitSeconds === 0) return null;
  const headersOfWait = { 'retry-after': String(waitSeconds) };
  return { status: 429, message: `too many requests: wait ${waitSeconds} s`, headers: headersOfWait };
}

/** In a time that says nothing of how much of it was right. */
function carries(authorization: string | undefined, token: string): boolean {
  const sent = /^Bearer +(?<token>\S+)$/i.exec(authorization ?? '')?.groups?.['token'] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(token));
}
