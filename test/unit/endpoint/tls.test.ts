/**
 * TLS in front of an endpoint: a certificate that nobody vouches for, and a port that speaks plain HTTP.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { findModel } from '../../../src/core/models/find-model.ts';
import { endpointParams } from '../../helpers/endpoint-params.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const pem = (name: string) => readFileSync(new URL(`../../../fixtures/tls/${name}`, import.meta.url));
const answer = () => {};

test.each<[string, () => Server, { readonly kind: string; readonly message: RegExp; readonly hint: RegExp }]>([
  [
    'a certificate that is not trusted',
    () => createServer({ cert: pem('cert.pem'), key: pem('key.pem') }, answer),
    { kind: 'denied', message: /cannot be trusted: .*DEPTH_ZERO_SELF_SIGNED_CERT/, hint: /NODE_EXTRA_CA_CERTS/ },
  ],
  [
    'a port without TLS',
    () => createPlainServer(answer) as Server,
    { kind: 'usage', message: /speaks no TLS on this port$/, hint: /^use http:/ },
  ],
])('F35: %s is one sentence', async (_title, create, { kind, message, hint }) => {
  const server = create().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoint = endpointParams({ url, retries: 0 });
  const error = await findModel('endpoint:m', { cacheFolder: temporaryFolder(), endpoint }).catch(
    (reason: unknown) => reason,
  );
  server.closeAllConnections();
  server.close();
  expect(error).toMatchObject({
    kind,
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint) as string,
  });
});
