/**
 * Texts as Qdrant 1.16.3 sends them (read off a real server); the e2e tests make most of them happen.
 */
import { describe, expect, test } from 'vitest';
import { HttpFailure } from '../../../src/lib/http.ts';
import { QdxError, type ErrorKind } from '../../../src/lib/errors.ts';
import { translateServerError } from '../../../src/core/qdrant/connection/errors.ts';
import { FailedRequest, statusFailure } from '../../../src/core/qdrant/connection/failure.ts';

const context = { url: 'http://h:6333', what: 'PUT /collections/my%20docs/points', timeoutMs: 1_500 };
const translate = (error: unknown, more = {}) => translateServerError(error, { ...context, ...more }) as QdxError;
const answer = (status: number, text: string, contentType = 'application/json', retryAfter?: string) =>
  new FailedRequest(statusFailure(status, text, contentType, retryAfter));

const statuses: readonly [string, FailedRequest, ErrorKind, string][] = [
  [
    'wrong dimension',
    answer(400, 'Wrong input: Vector dimension error: expected dim: 768, got 384'),
    'usage',
    'vectors of 384 dimensions do not fit collection "my docs", whose vectors have 768',
  ],
  [
    'wrong key',
    answer(401, 'Invalid API key or JWT', 'no content type'),
    'denied',
    'http://h:6333 wants another API key: Invalid API key or JWT',
  ],
  [
    'forbidden',
    answer(403, 'Forbidden: Global manage access is required'),
    'denied',
    'the API key may not do this on http://h:6333 (PUT /collections/my%20docs/points): Forbidden: Global manage access is required',
  ],
  [
    'missing collection',
    answer(404, "Not found: Collection `my docs` doesn't exist!"),
    'notFound',
    'collection "my docs" is not on http://h:6333',
  ],
  [
    'route of a newer server',
    answer(404, '', 'no content type'),
    'notFound',
    'http://h:6333 does not know PUT /collections/my%20docs/points',
  ],
  [
    'exists already',
    answer(409, 'Wrong input: Collection `t` already exists!'),
    'refused',
    'http://h:6333 has it already: Collection `t` already exists!',
  ],
  [
    'too large',
    answer(400, 'Payload error: JSON payload (40001922 bytes) is larger than allowed (limit: 33554432 bytes).'),
    'failed',
    'the request PUT /collections/my%20docs/points is too large: 40001922 bytes, the limit is 33554432',
  ],
  [
    'too large for a proxy',
    answer(413, '', 'no content type'),
    'failed',
    'the request PUT /collections/my%20docs/points is too large: the server names no limit',
  ],
  [
    'disk full',
    answer(500, 'Service internal error: No space left on device: WAL buffer size exceeds available disk space'),
    'failed',
    'the disk of http://h:6333 is full; what it had confirmed is kept',
  ],
  [
    'vector name',
    answer(400, 'Wrong input: Not existing vector name error: zz'),
    'usage',
    'collection "my docs" has no vector named "zz"',
  ],
  [
    'rate limit',
    answer(429, 'Rate limiting exceeded: ... Retry after 10s'),
    'temporary',
    'http://h:6333 limits the rate of requests (429 to PUT /collections/my%20docs/points); it asks to wait 10 s',
  ],
  [
    'server-side timeout, a 500',
    answer(
      500,
      "Service internal error: 1 of 1 read operations failed:\n  Timeout error: Operation 'Search' timed out after 992ms",
    ),
    'temporary',
    "http://h:6333 could not do PUT /collections/my%20docs/points now (500): 1 of 1 read operations failed: Timeout error: Operation 'Search' timed out after 992ms",
  ],
  [
    'too few replicas',
    answer(500, 'Service internal error: The replica set for shard 0 on peer 1 does not have enough active replicas'),
    'temporary',
    'http://h:6333 could not do PUT /collections/my%20docs/points now (500): The replica set for shard 0 on peer 1 does not have enough active replicas',
  ],
  [
    'a peer that is down',
    answer(500, 'Service internal error: Tonic status error: status: Unavailable, message: "tcp connect error"'),
    'temporary',
    'http://h:6333 could not do PUT /collections/my%20docs/points now (500): Tonic status error: status: Unavailable, message: "tcp connect error"',
  ],
  [
    'overloaded',
    answer(503, ''),
    'temporary',
    'http://h:6333 could not do PUT /collections/my%20docs/points now (503): it gives no reason',
  ],
  [
    'validation',
    answer(422, 'Validation error in JSON body: [internal.limit: value 0 invalid, must be 1 or larger]'),
    'usage',
    'http://h:6333 refuses PUT /collections/my%20docs/points: Validation error in JSON body: [internal.limit: value 0 invalid, must be 1 or larger]',
  ],
  [
    'anything else',
    answer(500, 'Service internal error: odd'),
    'failed',
    'http://h:6333 answered PUT /collections/my%20docs/points with 500: odd',
  ],
  [
    "F12: a proxy's page",
    answer(200, '<html>login</html>', 'text/html; charset=utf-8'),
    'usage',
    'http://h:6333 answered PUT /collections/my%20docs/points with status 200 and text/html; charset=utf-8, not JSON: that is no Qdrant, but a proxy or a page',
  ],
  [
    "F12: a gateway's page",
    answer(502, '<html>', 'text/html'),
    'temporary',
    'http://h:6333 answered PUT /collections/my%20docs/points with status 502 and text/html, not JSON: that is no Qdrant, but a proxy or a page',
  ],
];
test.each(statuses)('%s', (_title, error, kind, message) => expect(translate(error)).toMatchObject({ kind, message }));

test('strict mode: the help of the server is the hint', () =>
  expect(
    translate(
      answer(
        400,
        'Bad request: Limit exceeded 200 > 10 for "limit". Help: Reduce the "limit" parameter to or below 10.',
      ),
    ),
  ).toMatchObject({
    kind: 'usage',
    message: 'the strict mode of collection my docs refuses this: Limit exceeded 200 > 10 for "limit".',
    hint: 'Reduce the "limit" parameter to or below 10.',
  }));
test('dimension: details for --json', () =>
  expect(translate(statuses[0]![1]).details).toEqual({
    status: 400,
    collection: 'my docs',
    expected: 768,
    actual: 384,
  }));

const lines: readonly [string, string, ErrorKind, string][] = [
  ['ECONNREFUSED', 'http:', 'temporary', 'http://h:6333 refuses the connection: nothing listens there'],
  ['ENOTFOUND', 'http:', 'temporary', 'http://h:6333 cannot be reached: its host name is not known'],
  ['timeout', 'http:', 'temporary', 'http://h:6333 gave no answer to PUT /collections/my%20docs/points within 1500 ms'],
  [
    'ECONNRESET',
    'http:',
    'temporary',
    'http://h:6333 broke off the connection during PUT /collections/my%20docs/points',
  ],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'https:',
    'denied',
    'https://h:6333 shows a certificate that this machine does not trust (DEPTH_ZERO_SELF_SIGNED_CERT)',
  ],
  [
    'CERT_HAS_EXPIRED',
    'https:',
    'denied',
    'https://h:6333 shows a certificate that is not valid for it: certificate has expired',
  ],
  ['EPROTO', 'https:', 'usage', 'https://h:6333 speaks no TLS on this port'],
  ['HPE_INVALID_CONSTANT', 'http:', 'usage', 'http://h:6333 does not answer in HTTP: it seems to want TLS'],
  [
    'ESOMETHING',
    'http:',
    'temporary',
    'http://h:6333: PUT /collections/my%20docs/points failed: certificate has expired (ESOMETHING)',
  ],
];
test.each(lines)('%s', (code, protocol, kind, message) => {
  const error = translate(new HttpFailure(code, 'certificate has expired'), { url: `${protocol}//h:6333` });
  expect(error).toMatchObject({ kind, message });
});
test.each([
  ['of somebody', undefined, 'http://h:6333 refuses the connection: nothing listens there', /correct its URL;/u],
  ['named by --url', { kind: 'named', by: '--url' }, 'http://h:6333 refuses the connection', /correct --url;/u],
  [
    'of qdx',
    { kind: 'local', log: '/d/qdrant.log' },
    'the local Qdrant ended (its log: /d/qdrant.log)',
    /run the same/u,
  ],
] as const)('nobody listens at a server %s', (_title, origin, message, hint) => {
  const error = translate(new HttpFailure('ECONNREFUSED', 'refused'), { ...(origin && { origin }) });
  expect(error).toMatchObject({ message: expect.stringContaining(message), hint: expect.stringMatching(hint) });
});
test.each([
  ['a run', {}, 'once it is up, run the same command again; it goes on where it was'],
  ['a search', { awaitsReturn: false }, 'once it is up, run the same command again'],
])('a server that had answered and refuses, in %s: it went away', (_title, more, hint) => {
  const context = { hasAnswered: true, origin: { kind: 'named', by: '--url' }, ...more } as const;
  const message = expect.stringMatching(/^http:\/\/h:6333 went away in the middle/u) as string;
  expect(translate(new HttpFailure('ECONNREFUSED', 'refused'), context)).toMatchObject({
    kind: 'temporary',
    message,
    hint,
  });
});
test('without a key, the server wants one; with one, another', () => {
  const error = answer(401, 'no', 'text/plain');
  expect(translate(error, { hasKey: false })).toMatchObject({ message: 'http://h:6333 wants an API key: no' });
  expect(translate(error, { hasKey: true })).toMatchObject({ message: 'http://h:6333 wants another API key: no' });
});
test('a page instead of an answer, of a server that has answered: not the fault of the command', () =>
  expect(translate(answer(200, '<html>', 'text/html'), { hasAnswered: true })).toMatchObject({ kind: 'failed' }));
test('a broken line during a request of more than 32 MiB: too large', () =>
  expect(translate(new HttpFailure('EPIPE', 'write EPIPE'), { bodyBytes: 40_000_000 })).toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('a request of 40000000 bytes'),
  }));

describe('errors of the official client, as the real one throws them', () => {
  const headers = new Headers({ 'content-type': 'application/json', 'retry-after': '30' });
  const thrown: readonly [string, unknown, ErrorKind, RegExp][] = [
    [
      'a status',
      {
        name: 'Error',
        status: 400,
        statusText: 'Bad Request',
        headers,
        data: { status: { error: 'Wrong input: Vector dimension error: expected dim: 4, got 3' } },
      },
      'usage',
      /vectors of 3 dimensions/,
    ],
    [
      'a 401, whose data is a string',
      { name: 'Error', status: 401, headers: new Headers(), data: 'Invalid API key or JWT' },
      'denied',
      /Invalid API key or JWT/,
    ],
    [
      'a 429 of its own class, whose retry_after is wrong',
      Object.assign(new Error('Too Many Requests'), { name: 'QdrantClientResourceExhaustedError', retry_after: 3 }),
      'temporary',
      /limits the rate of requests \(429 to [^;]*\)$/,
    ],
    [
      'a timeout',
      Object.assign(new Error('This operation was aborted'), { name: 'QdrantClientTimeoutError' }),
      'temporary',
      /within 1500 ms/,
    ],
    [
      'refused',
      Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED', message: 'connect' } }),
      'temporary',
      /nothing listens there/,
    ],
    [
      'dropped',
      Object.assign(new TypeError('fetch failed'), { cause: { code: 'UND_ERR_SOCKET', message: 'other side closed' } }),
      'temporary',
      /broke off/,
    ],
  ];
  test.each(thrown)('%s', (_title, error, kind, message) =>
    expect(translate(error)).toMatchObject({ kind, message: expect.stringMatching(message) }),
  );
});

test('a QdxError, an abort and a bug pass as they are', () => {
  for (const error of [
    new QdxError('usage', 'x'),
    new DOMException('aborted', 'AbortError'),
    new TypeError('bug'),
    'text',
    null,
  ])
    expect(translateServerError(error, context)).toBe(error);
});
