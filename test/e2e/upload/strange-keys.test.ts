/**
 * F24: keys that JSON takes without a word: doubled ones, `__proto__`, `constructor`; `qdx upload` as typed.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { retrievePoints } from '../../../src/core/qdrant/collection/points.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

let server: RunningQdrant;
let connection: Connection;
let number = 0;
let name = '';

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});
beforeEach(() => {
  name = `n${++number}`;
});

const qdx = (args: readonly string[]) =>
  runQdx(['upload', ...args, '--collection', name, '--model', 'all-MiniLM-L6-v2'], {
    // Their vectors are made up: parity.test.ts shows what that check does.
    env: { QDRANT_URL: server.url, QDX_CHECK_VECTORS: 'false' },
  });

const vector = Array.from({ length: 384 }, (_, index) => Math.sin(index + 1));
const plainFile = (text: string): string => {
  const path = join(temporaryFolder(), 'points.jsonl');
  writeFileSync(path, text);
  return path;
};
const line = (id: number, payload: string) => `{"id":${id},"vector":[${vector.join(',')}],"payload":${payload}}\n`;

test('doubled ones: the last counts, each line is named, five at most, all are counted', async () => {
  const doubled = (id: number) => line(id, '{"content":"first","content":"last","deep":{"a":1,"a":2}}');
  const lines = [line(1, '{"content":"one"}'), ...Array.from({ length: 8 }, (_, index) => doubled(index + 2))];
  const run = await qdx([plainFile(lines.join('')), '--json']);
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toContain('line 2: "content", "a" stands twice, the last one was taken\n');
  expect(run.stderr).toContain('line 6: "content", "a" stands twice, the last one was taken; further ones are only');
  expect(run.stderr.match(/stands twice/gu)).toHaveLength(5);
  expect(JSON.parse(run.stdout)).toMatchObject({ read: 9, points: 9, rejected: 0, doubledKeys: 8 });
  const [point] = await retrievePoints(connection, name, [2]);
  expect(point?.payload).toEqual({ content: 'last', deep: { a: 2 } });
});

test('a doubled vector: the last counts, as for every other key', async () => {
  const other = vector.map((_, index) => Math.cos(index));
  const text = line(1, '{}').replace('"payload"', `"vector":[${other.join(',')}],"payload"`);
  const run = await qdx([plainFile(text), '--dry-run']);
  expect(run).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('line 1: "vector" stands twice') });
  await qdx([plainFile(text)]);
  const [point] = await retrievePoints(connection, name, [1], { withVector: true });
  const stored = point?.vectors?.['dense'] as number[];
  expect(stored[0]! / stored[1]!).toBeCloseTo(1 / Math.cos(1), 5);
});

test('__proto__ and constructor are keys like any other', async () => {
  const payload = '{"content":"x","__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}';
  const run = await qdx([plainFile(line(1, payload))]);
  expect(run).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('stands twice') });
  const stored = await fetch(`${server.url}/collections/${name}/points/1`);
  expect(await stored.text()).toContain('"__proto__":{"isAdmin":true}');
  const [point] = await retrievePoints(connection, name, [1]);
  expect(Object.keys(point?.payload ?? {}).toSorted()).toEqual(['__proto__', 'constructor', 'content']);
  expect(Object.getPrototypeOf(point?.payload)).toBe(Object.prototype);
  expect({}).not.toHaveProperty('isAdmin');
});
