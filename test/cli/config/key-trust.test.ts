import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

const key = 'canary-key-of-the-user';

describe("a project's file names the server (a stub that only looks at what it is sent)", () => {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    response.writeHead(403).end('{"status":{"error":"no"}}');
  });
  let url = '';

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    seen.length = 0;
  });

  const list = (options: { env?: Record<string, string>; user?: unknown; args?: string[]; connection?: unknown }) => {
    const home = temporaryHome();
    writeFileSync(join(home, 'work/qdx.config.json'), JSON.stringify({ connection: options.connection ?? { url } }));
    mkdirSync(join(home, 'config/qdx'), { recursive: true });
    writeFileSync(join(home, 'config/qdx/config.json'), JSON.stringify(options.user ?? {}));
    return runQdx(['collections', ...(options.args ?? [])], { home, env: options.env ?? {} });
  };

  test('a key of the environment is not sent there unasked', async () => {
    const run = await list({ env: { QDRANT_API_KEY: key } });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(
      /^error: nobody can be asked here: .*qdx\.config\.json names the server http.* Send it your API key from QDRANT_API_KEY\?\n/,
    );
    expect(run.stderr).not.toContain(key);
    expect(seen).toEqual([]);
  });

  test("neither is one of the user's file", async () => {
    await list({ user: { connection: { apiKey: key } } });
    expect(seen).toEqual([]);
  });

  test.for<[string, () => Parameters<typeof list>[0]]>([
    ['--yes', () => ({ env: { QDRANT_API_KEY: key }, args: ['--yes'] })],
    ['the URL named by the user', () => ({ env: { QDRANT_API_KEY: key, QDRANT_URL: url } })],
    ['a URL that the user trusts', () => ({ env: { QDRANT_API_KEY: key, QDX_TRUSTED_URLS: url } })],
    ["the project's own key", () => ({ connection: { url, apiKey: key } })],
  ])('%s: it is sent', async ([, options]) => {
    const run = await list(options());
    expect(seen[0]?.['api-key']).toBe(key);
    expect(run.exitCode).toBe(7);
    expect(run.stdout + run.stderr).not.toContain(key);
  });

  test('without a key nothing is asked', async () => {
    expect((await list({})).exitCode).toBe(7);
    expect(seen.length).toBeGreaterThan(0);
  });
});

test('a key is not sent over plain http to another host', async () => {
  const env = { QDRANT_API_KEY: key, QDRANT_URL: 'http://qdrant.invalid:6333' };
  const refused = await runQdx(['collections'], { env });
  expect(refused.stderr).toMatch(/--insecure/);
  expect([2, 7, 8]).toContain(refused.exitCode);
  expect(refused.stderr).not.toContain(key);
});
