import { describe, expect, test } from 'vitest';
import { parseServerUrl } from '../../../src/core/qdrant/connection/server-url.ts';
import { assertKeyIsSafe, isLoopback } from '../../../src/lib/remote-address.ts';

const read: readonly [string, string, string][] = [
  ['a port is kept', 'http://localhost:6335', 'http://localhost:6335'],
  ['without a port 6333, as the official clients take it', 'http://qdrant', 'http://qdrant:6333'],
  ['https without a port too', 'https://qdrant.example.com', 'https://qdrant.example.com:6333'],
  ['443 is kept where it is written', 'https://qdrant.example.com:443', 'https://qdrant.example.com:443'],
  ['80 is kept where it is written', 'http://qdrant.example.com:80/', 'http://qdrant.example.com:80'],
  ['a path comes before every route', 'https://example.com:443/vectors/', 'https://example.com:443/vectors'],
  ['IPv6', 'http://[::1]:6333', 'http://[::1]:6333'],
  ['upper case', 'HTTP://LocalHost:6333', 'http://localhost:6333'],
];
test.each(read)('%s', (_title, typed, text) => expect(parseServerUrl(typed).text).toBe(text));

const refused: readonly [string, string, RegExp][] = [
  ['no scheme', 'localhost:6333', /is not the URL of a Qdrant server/],
  ['another scheme', 'ftp://localhost', /is not the URL/],
  ['nothing', '', /is not the URL/],
  ['a user', 'http://me:secret@localhost:6333', /holds credentials/],
  ['a key in the query', 'http://localhost:6333?api_key=secret', /holds credentials or a query/],
];
test.each(refused)('usage: %s', (_title, typed, message) => {
  expect(() => parseServerUrl(typed)).toThrow(
    expect.objectContaining({ kind: 'usage', message: expect.stringMatching(message) }),
  );
  expect(() => parseServerUrl(typed)).not.toThrow(/secret/);
});

const hosts: readonly [string, boolean][] = [
  ['localhost', true],
  ['qdrant.localhost', true],
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['[::1]', true],
  ['127.example.com', false],
  ['localhost.example.com', false],
  ['10.0.0.1', false],
  ['0.0.0.0', false],
];
test.each(hosts)('%s is this machine: %s', (host, expected) => expect(isLoopback(host)).toBe(expected));

describe('an API key', () => {
  const check =
    (url: string, key: string | undefined, insecure = false) =>
    () =>
      assertKeyIsSafe(parseServerUrl(url), key, insecure);
  test('is refused over plain http to another host', () =>
    expect(check('http://qdrant.example.com', 'k')).toThrow(
      expect.objectContaining({
        kind: 'refused',
        message: 'an API key would go to http://qdrant.example.com:6333 in the clear',
      }),
    ));
  test('passes over https', () => expect(check('https://qdrant.example.com', 'k')).not.toThrow());
  test('passes to this machine', () => expect(check('http://127.0.0.1:1', 'k')).not.toThrow());
  test('passes where the user says so', () => expect(check('http://qdrant', 'k', true)).not.toThrow());
  test('that is not there passes', () => expect(check('http://qdrant', undefined)).not.toThrow());
});
