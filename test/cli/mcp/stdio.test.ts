/**
 * `qdx mcp` line by line, as a client that knows no library sees it. No Qdrant is there: the protocol does not need one.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type QdxRun, runQdx } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

interface Message {
  readonly jsonrpc: string;
  readonly id: number;
  readonly result?: Readonly<Record<string, unknown>>;
}

const request = (id: number, method: string, params: unknown = {}) => ({ jsonrpc: '2.0', id, method, params });
const hello = [
  request(1, 'initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  }),
  { jsonrpc: '2.0', method: 'notifications/initialized' },
];

/** The server that no port answers for; what it says of that is an answer of the tool. */
async function talk(messages: readonly unknown[], options: { readonly nodeArgs?: readonly string[] } = {}) {
  const input = [...hello, ...messages].map((message) => `${JSON.stringify(message)}\n`).join('');
  const env = { QDRANT_URL: 'http://127.0.0.1:9', QDX_RETRIES: '0' };
  const run = await runQdx(['mcp'], { input, env, ...options });
  return { run, answers: answersOf(run) };
}

const idsOf = (answers: readonly Message[]): number[] => answers.map(({ id }) => id).toSorted((a, b) => a - b);

const answersOf = ({ stdout }: QdxRun): Message[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Message);

test('what was asked before the input ended is answered, and then it ends with 0', async () => {
  const call = request(3, 'tools/call', { name: 'search', arguments: { query: 'x' } });
  const { run, answers } = await talk([request(2, 'tools/list'), call]);
  expect(run.exitCode).toBe(0);
  expect(idsOf(answers)).toEqual([1, 2, 3]);
  expect(answers.find(({ id }) => id === 1)?.result).toMatchObject({ serverInfo: { name: 'qdx' } });
  // A server that is not there is no end of the conversation.
  expect(answers.find(({ id }) => id === 3)?.result).toMatchObject({ isError: true });
  expect(JSON.stringify(answers.find(({ id }) => id === 3))).toContain('127.0.0.1:9');
});

test('F42: whatever a library prints, stdout holds JSON-RPC and nothing else', async () => {
  const noisy = join(temporaryFolder('noisy'), 'noisy.cjs');
  // A library on the way of every request that prints by each of the ways there are.
  writeFileSync(
    noisy,
    `const http = require('node:http'); const request = http.request;
     http.request = (...args) => {
       console.log('noise of a library'); console.info('noise'); process.stdout.write('{"not":"of the protocol"}\\n');
       return request(...args);
     };`,
  );
  const call = request(2, 'tools/call', { name: 'list_collections', arguments: {} });
  const { run, answers } = await talk([call], { nodeArgs: ['--require', noisy] });
  expect(run.stderr).toContain('noise of a library');
  expect(run.stdout).not.toContain('noise');
  expect(answers.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true);
  expect(idsOf(answers)).toEqual([1, 2]);
});

test.each([
  ['an argument that is none', { query: 'x', colections: ['docs'] }, 'colections'],
  ['a query without end', { query: 'x'.repeat(11_000) }, '11000 characters'],
  ['a score that is no cosine', { query: 'x', min_score: 7 }, 'min_score'],
  ['a mode that is none', { query: 'x', mode: 'psychic' }, 'mode'],
])('F41: %s is an error of the call, and the server stays up', async (_what, input, sentence) => {
  const { answers } = await talk([
    request(2, 'tools/call', { name: 'search', arguments: input }),
    request(3, 'tools/list'),
  ]);
  const answer = answers.find(({ id }) => id === 2);
  expect(answer?.result).toMatchObject({ isError: true });
  // Whether the sentence or the missing server comes first depends on where it is found out.
  expect(JSON.stringify(answer)).toMatch(new RegExp(`${sentence}|127\\.0\\.0\\.1:9`));
  expect(answers.find(({ id }) => id === 3)?.result).toBeDefined();
});
