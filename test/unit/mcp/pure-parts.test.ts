/**
 * What of `qdx mcp` needs no server: the guard, the rate, the texts, the snippets.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCallTool } from '../../../src/core/mcp/call-tool.ts';
import type { Backend } from '../../../src/core/mcp/backend.ts';
import { chooseReranking } from '../../../src/core/mcp/choose-reranking.ts';
import type { RerankerKind, RerankParams } from '../../../src/core/retrieval/rerank/params.ts';
import { clientNames, clientSnippet } from '../../../src/core/mcp/client-config.ts';
import { refusalOf } from '../../../src/core/mcp/http/guard.ts';
import { createRateLimit } from '../../../src/core/mcp/http/rate-limit.ts';
import { createTextBudget, cutText, toPlainJson } from '../../../src/core/mcp/shown-text.ts';
import type { Tool } from '../../../src/core/mcp/tool.ts';
import { QdxError } from '../../../src/lib/errors.ts';

describe('the guard', () => {
  const token = 'a-token-of-twenty-characters';
  const good = { host: '127.0.0.1:7733', authorization: `Bearer ${token}` };
  const statusOf = (headers: Record<string, string | undefined>, url = '/mcp') =>
    refusalOf({ url, headers }, { token, rateLimit: { take: () => 0 } })?.status ?? 200;

  test.each([
    ['this machine by number', {}, 200],
    ['this machine by name', { host: 'localhost:7733' }, 200],
    ['this machine, IPv6', { host: '[::1]:7733' }, 200],
    ['a page of this machine', { origin: 'http://localhost:5173' }, 200],
    ['another host', { host: 'evil.example' }, 403],
    ['a host that begins like this one', { host: '127.0.0.1.evil.example' }, 403],
    ['a host that ends like this one', { host: 'evil.localhost.example' }, 403],
    ['no host', { host: undefined }, 403],
    ['a page of another host', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
    ['no token', { authorization: undefined }, 401],
    ['another token', { authorization: 'Bearer another' }, 401],
    ['the token and more', { authorization: `Bearer ${token}x` }, 401],
    ['another scheme', { authorization: `Basic ${token}` }, 401],
  ])('%s', (_what, headers, status) => {
    expect(statusOf({ ...good, ...headers })).toBe(status);
  });
  test('another path, and a query behind the right one', () => {
    expect(statusOf(good, '/')).toBe(404);
    expect(statusOf(good, '/mcp?x=1')).toBe(200);
  });
});

test('the rate: a sixth at once, then evenly, and how long to wait', () => {
  let now = 0;
  const limit = createRateLimit(60, () => now);
  expect(Array.from({ length: 11 }, () => limit.take())).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  now += 999;
  expect(limit.take()).toBe(1);
  now += 2;
  expect([limit.take(), limit.take()]).toEqual([0, 1]);
  now += 3_600_000;
  expect(Array.from({ length: 12 }, () => limit.take()).filter((wait) => wait === 0)).toHaveLength(10);
});

describe('texts', () => {
  test('are never longer than allowed, never end inside a character, and say when they were cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, most) => {
        const { content, content_truncated: isCut } = cutText(text, most);
        expect(content.length).toBeLessThanOrEqual(most);
        expect(text.startsWith(content)).toBe(true);
        expect(isCut).toBe(text.length > most);
        expect(/\p{Surrogate}/u.test(content) && !/\p{Surrogate}/u.test(text)).toBe(false);
      }),
    );
  });
  test('share the budget of one answer', () => {
    const cut = createTextBudget(5, 12);
    expect(['aaaaaaa', 'bbbbbbb', 'ccccccc', 'd'].map((text) => cut(text).content)).toEqual([
      'aaaaa',
      'bbbbb',
      'cc',
      '',
    ]);
  });
  test('integers beyond 2^53 become text', () => {
    expect(toPlainJson({ a: [2n ** 60n], b: 1 })).toEqual({ a: ['1152921504606846976'], b: 1 });
  });
});

describe('reranking', () => {
  const of = (kinds: readonly RerankerKind[], isAuto: boolean): RerankParams => ({
    kinds,
    depth: 50,
    cascadeDepth: 10,
    crossModel: 'cross',
    workers: 1,
    remote: {} as RerankParams['remote'],
    late: { isAuto, budgetMs: 100, window: 2, cacheBytes: 0 },
  });
  const missing = async () => Promise.reject(new QdxError('notFound', 'it is not here'));
  const here = async () => Promise.resolve({} as never);
  test.each([
    ['not asked for: what is free stays', false, of(['late'], true), here, ['late'], 0],
    ['not asked for: no model of the settings runs', false, of(['cross'], false), here, undefined, 0],
    ['asked for: that of the settings', true, of(['late', 'cross'], false), missing, ['late', 'cross'], 0],
    ['asked for, none named: a cross-encoder that is here', true, of(['late'], true), here, ['cross'], 0],
    ['asked for, none here: late interaction, and that is said', true, of([], false), missing, ['late'], 1],
  ])('%s', async (_what, enabled, settings, findReranker, kinds, noteCount) => {
    const notes: string[] = [];
    const places = { cacheFolder: '', findModel: here, findReranker };
    expect((await chooseReranking({ enabled, settings, places, notes }))?.kinds).toEqual(kinds);
    expect(notes).toHaveLength(noteCount);
  });
});

describe('a call', () => {
  const backend = { noteFailure: () => {} } as unknown as Backend;
  const toolOf = (call: Tool['call']): Tool => ({ name: 'probe', call }) as unknown as Tool;

  test('that has no answer in time says so', async () => {
    const callTool = createCallTool(backend, { callTimeoutMs: 5, callsAtOnce: 1 });
    const never: Tool['call'] = async (_input, { run }) =>
      new Promise((_resolve, reject) => {
        run.signal?.addEventListener('abort', () => reject(new Error('stopped')));
      });
    const answer = await callTool(toolOf(never), {}, {});
    expect(answer).toMatchObject({ isError: true });
    expect(answer.content[0]?.text).toContain('probe had no answer within 0.005 s');
  });
  test('beyond those that may be under way is refused, and the others go on', async () => {
    let finish = (): void => {};
    const callTool = createCallTool(backend, { callTimeoutMs: 1000, callsAtOnce: 1 });
    const first = callTool(
      toolOf(async () => new Promise((resolve) => (finish = () => resolve({})))),
      {},
      {},
    );
    expect(
      await callTool(
        toolOf(async () => Promise.resolve({})),
        {},
        {},
      ),
    ).toMatchObject({ isError: true });
    finish();
    expect(await first).toMatchObject({ structuredContent: {} });
    expect(
      await callTool(
        toolOf(async () => Promise.resolve({})),
        {},
        {},
      ),
    ).not.toHaveProperty('isError');
  });
  test('that fails tells the hint, in words of tools and not of flags', async () => {
    const callTool = createCallTool(backend);
    const fails: Tool['call'] = () =>
      Promise.reject(new QdxError('usage', '--min-score is a cosine', { hint: 'Leave it out.' }));
    const { content } = await callTool(toolOf(fails), {}, {});
    expect(content[0]?.text).toBe('min_score is a cosine\nLeave it out.');
  });
  test('that meets a bug of qdx shows the client none of it', async () => {
    const events: string[] = [];
    const bug: Tool['call'] = () => Promise.reject(new TypeError('secret of the stack'));
    const onEvent = (event: { readonly type: string; readonly message?: string }) => events.push(event.message ?? '');
    const { content } = await createCallTool(backend)(toolOf(bug), {}, { onEvent });
    expect(content[0]?.text).not.toContain('secret');
    expect(events.join('\n')).toContain('secret of the stack');
  });
  test('answers in text that cannot act on a terminal and is the same JSON', async () => {
    const output = { content: 'a\u009b31m\u202eb' };
    const { content, structuredContent } = await createCallTool(backend)(
      toolOf(() => Promise.resolve(output)),
      {},
      {},
    );
    expect(content[0]?.text).not.toMatch(/[\u0080-\u009f\u202e]/);
    expect(JSON.parse(content[0]?.text ?? '')).toEqual(structuredContent);
  });
});

describe.each(clientNames)('the snippet of %s', (client) => {
  const stdio = {
    kind: 'stdio',
    command: '/opt/my tools/qdx',
    args: ['mcp', '-c', "o'clock"],
    env: { A: 'b c' },
  } as const;

  test('on stdio starts that command with those arguments', () => {
    const { snippet, language, command, places } = clientSnippet(client, 'qdx', stdio);
    const values = language === 'json' ? JSON.stringify(JSON.parse(snippet)) : snippet.replaceAll(', ', ',');
    expect(values).toContain('"/opt/my tools/qdx"');
    expect(values).toContain(`["mcp","-c","o'clock"]`);
    expect(places.length).toBeGreaterThan(0);
    const words = `-- '/opt/my tools/qdx' mcp -c 'o'\\''clock'`;
    expect(command ?? words).toContain(words);
  });
  test('over HTTP names the URL and where the token comes from, never a token', () => {
    const { snippet } = clientSnippet(client, 'qdx', { kind: 'http', url: 'http://127.0.0.1:7733/mcp' });
    expect(snippet).toContain('http://127.0.0.1:7733/mcp');
    expect(snippet).toMatch(/QDX_MCP_TOKEN|\$\{input:qdx-token\}/);
  });
});
