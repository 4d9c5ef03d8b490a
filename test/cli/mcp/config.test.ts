/**
 * What `qdx mcp config` tells a client to write down.
 */
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { mcpOverHttp } from '../../helpers/mcp-client.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

test('the snippet is all of stdout; where it goes is on stderr', async () => {
  const home = temporaryHome();
  mkdirSync(join(home, 'bin'));
  writeFileSync(join(home, 'bin', 'qdx'), '');
  chmodSync(join(home, 'bin', 'qdx'), 0o755);
  const env = { PATH: `${join(home, 'bin')}:${process.env['PATH']}` };
  const words = ['mcp', 'config', 'cursor', '-c', 'docs', '-c', 'code', '--allow-write'];
  const { stdout, stderr } = await runQdx(words, { home, env });
  expect(JSON.parse(stdout)).toEqual({
    mcpServers: { qdx: { command: 'qdx', args: ['mcp', '-c', 'docs', '-c', 'code', '--allow-write'] } },
  });
  expect(stderr).toContain('Cursor reads this from .cursor/mcp.json');
});

test('what the settings come from here is named for there; keys are not', async () => {
  const home = temporaryHome();
  const config = join(home, 'work', 'qdx.config.json');
  writeFileSync(config, JSON.stringify({ collections: { docs: {} } }));
  const env = { QDRANT_URL: 'https://qdrant.example:6333', QDRANT_API_KEY: 'a-key-that-nobody-may-see' };
  const { stdout, stderr } = await runQdx(['mcp', 'config', 'codex', '--name', 'my docs'], { home, env });
  // Not on the PATH, or only on that of npm: what runs here is named by its file.
  const program = [process.execPath, fileURLToPath(new URL('../../../bin/qdx.js', import.meta.url))].map((word) =>
    JSON.stringify(word),
  );
  expect(stderr).toContain('qdx is not on your PATH');
  expect(stdout).toBe(
    `[mcp_servers."my docs"]\ncommand = ${program[0]}\nargs = [${program[1]}, "mcp", "--config", ${JSON.stringify(config)}, "--url", "https://qdrant.example:6333"]\n`,
  );
  expect(stdout + stderr).not.toContain('a-key-that-nobody-may-see');
  expect(stderr).toContain('your API key is not in it');
});

test('as one document, and for a server over HTTP', async () => {
  const { stdout } = await runQdx(['mcp', 'config', 'vscode', '--http', '--port', '8123', '--json']);
  const { schemaVersion, language, snippet } = JSON.parse(stdout) as Record<string, string>;
  expect({ schemaVersion, language }).toEqual({ schemaVersion: 1, language: 'json' });
  expect(JSON.parse(snippet ?? '')).toMatchObject({ servers: { qdx: { url: 'http://127.0.0.1:8123/mcp' } } });
});

test('a client that qdx does not know: those it knows, the nearest first', async () => {
  const { exitCode, stderr } = await runQdx(['mcp', 'config', 'coursor']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('claude-desktop, claude-code, cursor');
  expect(stderr).toContain('did you mean cursor?');
});

test('F41: over HTTP a foreign Host or Origin is 403, no token 401, too many calls 429, a huge body 413; it stays up', async () => {
  const home = temporaryHome();
  const env = { QDRANT_URL: 'http://127.0.0.1:9', QDX_RETRIES: '0' };
  const server = await mcpOverHttp(['--calls-per-minute', '60'], { home, env });
  const path = join(home, 'data/qdx/mcp-token');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(server.talk()).not.toContain(readFileSync(path, 'utf8').trim());
  const right = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
  const post = (headers: Record<string, string>, body = list, url = server.url) => statusOf(url, { ...headers }, body);
  try {
    expect(await post({ ...right, host: 'evil.example' })).toBe(403);
    expect(await post({ ...right, origin: 'https://evil.example' })).toBe(403);
    expect(await post({ ...right, origin: 'null' })).toBe(403);
    expect(await post({ 'content-type': 'application/json' })).toBe(401);
    expect(await post({ ...right, authorization: 'Bearer wrong' })).toBe(401);
    expect(await post(right, list, server.url.replace('/mcp', '/other'))).toBe(404);
    expect(await post(right, `{"x":"${'x'.repeat(5 * 1024 * 1024)}"}`)).toBe(413);
    const session = await server.session();
    expect((await session.client.listTools()).tools).toHaveLength(4);
    const statuses = await Promise.all(Array.from({ length: 40 }, async () => post(right)));
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(20);
    expect(await post({ ...right, authorization: '' })).toBe(401);
  } finally {
    await server.stop();
  }
});

/** fetch sets Host by itself. */
async function statusOf(url: string, headers: Record<string, string>, body: string): Promise<number> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    // The server may close before it has read what it does not want.
    sent.on('error', (error) => reject(error));
    sent.end(body);
  });
}
