/**
 * Sentences for a line that failed: nobody there, no such host, too slow, no or wrong TLS, cut off.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RequestContext } from './errors.ts';
import type { LineFailure } from './failure.ts';

interface Sentence {
  readonly kind: 'temporary' | 'denied' | 'usage' | 'failed';
  /** Follows the server's URL. */
  readonly says: (context: RequestContext, failure: LineFailure) => string;
  readonly hint: (context: RequestContext) => string;
}

/** Qdrant reads no more than 32 MiB and closes on the rest, so a large request ends as a broken line. */
const serverBodyLimitBytes = 32 * 2 ** 20;

/** A run goes on; a search or a look is done anew. */
const again = ({ awaitsReturn = true }: RequestContext): string =>
  `run the same command again${awaitsReturn ? '; it goes on where it was' : ''}`;

const refused: Sentence = {
  kind: 'temporary',
  says: () => 'refuses the connection: nothing listens there',
  hint: ({ origin }) =>
    `start that server, or correct ${origin?.kind === 'named' ? origin.by : 'its URL'}; without a URL qdx uses a local server of its own`,
};
const wentAway: Sentence = {
  kind: 'temporary',
  says: ({ what }) => `went away in the middle of the run (${what}): it refuses the connection now`,
  hint: (context) => `once it is up, ${again(context)}`,
};
const localEnded: Sentence = {
  kind: 'temporary',
  says: ({ origin }) => `the local Qdrant ended${origin?.kind === 'local' ? ` (its log: ${origin.log})` : ''}`,
  hint: () => 'run the same command again; it starts a new one, and goes on where it was',
};
const unknownHost: Sentence = {
  kind: 'temporary',
  says: () => 'cannot be reached: its host name is not known',
  hint: () => 'check the spelling of the host and the network',
};
const unreachable: Sentence = {
  kind: 'temporary',
  says: () => 'cannot be reached from this machine',
  hint: () => 'check the network, the firewall and the port',
};
const timeout: Sentence = {
  kind: 'temporary',
  says: ({ what, timeoutMs }) => `gave no answer to ${what} within ${timeoutMs} ms`,
  hint: () => 'run it again, or with a longer --timeout-ms',
};
const brokenOff: Sentence = {
  kind: 'temporary',
  says: ({ what }) => `broke off the connection during ${what}`,
  hint: (context) => `it may have restarted: ${again(context)}`,
};
const tooLarge: Sentence = {
  kind: 'failed',
  says: ({ what, bodyBytes }) =>
    `broke off ${what}, a request of ${bodyBytes} bytes; Qdrant reads ${serverBodyLimitBytes}`,
  hint: () => 'use a smaller --batch-size, or raise service.max_request_size_mb of the server',
};
const selfSigned: Sentence = {
  kind: 'denied',
  says: (_context, { code }) => `shows a certificate that this machine does not trust (${code})`,
  hint: () => 'give its authority by NODE_EXTRA_CA_CERTS=/path/to/ca.pem',
};
const wrongCertificate: Sentence = {
  kind: 'denied',
  says: (_context, { message }) => `shows a certificate that is not valid for it: ${message}`,
  hint: () => 'use the host name of the certificate, or renew it',
};
const tlsAtPlainPort: Sentence = {
  kind: 'usage',
  says: () => 'speaks no TLS on this port',
  hint: ({ url }) => `use ${url.replace(/^https:/, 'http:')}`,
};
const plainAtTlsPort: Sentence = {
  kind: 'usage',
  says: () => 'does not answer in HTTP: it seems to want TLS',
  hint: ({ url }) => `use ${url.replace(/^http:/, 'https:')}`,
};
const answerTooLarge: Sentence = {
  kind: 'failed',
  says: ({ what }, { message }) => `answered ${what} with too much: ${message}`,
  hint: () => 'ask for fewer points at a time',
};

const sentences: Readonly<Record<string, Sentence>> = {
  ECONNREFUSED: refused,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EADDRNOTAVAIL: unreachable,
  ETIMEDOUT: unreachable,
  timeout,
  UND_ERR_CONNECT_TIMEOUT: timeout,
  ECONNRESET: brokenOff,
  EPIPE: brokenOff,
  UND_ERR_SOCKET: brokenOff,
  cut: brokenOff,
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: selfSigned,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: selfSigned,
  UNABLE_TO_GET_ISSUER_CERT: selfSigned,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: selfSigned,
  CERT_HAS_EXPIRED: wrongCertificate,
  CERT_NOT_YET_VALID: wrongCertificate,
  ERR_TLS_CERT_ALTNAME_INVALID: wrongCertificate,
  EPROTO: tlsAtPlainPort,
  ERR_SSL_WRONG_VERSION_NUMBER: tlsAtPlainPort,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: tlsAtPlainPort,
  'answer-too-large': answerTooLarge,
};

/** Of the HTTP parser: the other side speaks something else. */
const isParserCode = (code: string): boolean => code.startsWith('HPE_');

export function lineError(failure: LineFailure, context: RequestContext, cause: unknown): QdxError {
  const sentence = sentenceFor(failure, context);
  if (!sentence)
    return new QdxError('temporary', `${context.url}: ${context.what} failed: ${failure.message} (${failure.code})`, {
      details: { code: failure.code },
      cause,
    });
  const words = sentence.says(context, failure);
  return new QdxError(sentence.kind, sentence === localEnded ? words : `${context.url} ${words}`, {
    hint: sentence.hint(context),
    details: { code: failure.code },
    cause,
  });
}

function sentenceFor({ code }: LineFailure, { bodyBytes = 0, origin, hasAnswered }: RequestContext) {
  if (isParserCode(code)) return plainAtTlsPort;
  const sentence = sentences[code];
  if (sentence === refused && origin?.kind === 'local') return localEnded;
  if (sentence === refused && hasAnswered) return wentAway;
  return sentence === brokenOff && bodyBytes > serverBodyLimitBytes ? tooLarge : sentence;
}
