/**
 * Without a URL a command gets the local server: started, and said so, the first time; reused in silence after that.
 */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { connect, type ConnectInput } from '../../../src/core/qdrant/connection/connect.ts';
import { stopLocalServer } from '../../../src/core/qdrant/local-server.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { useLocalFolders } from '../../helpers/local-server.ts';

const local = useLocalFolders();

const settings = (more: object = {}): ConnectInput['connection'] =>
  ({ timeoutMs: 10_000, retries: 3, retryDeadlineMs: 20_000, maxSockets: 10, ...more }) as ConnectInput['connection'];

const connectLocally = (more: Partial<ConnectInput> = {}) =>
  connect({ connection: settings(), dataFolder: local.dataFolder, environment: {}, ...more });
test('without a URL: starts it, says so once, and reuses it in silence', async () => {
  const notes: string[] = [];
  const onEvent = (event: QdxEvent) => event.type === 'note' && notes.push(event.message);
  const connection = await connectLocally({ onEvent });
  expect(await connection.request('GET', '/collections')).toEqual({ collections: [] });
  expect(notes).toEqual([
    `started a local Qdrant 1.16.3 on ${local.dataDir}; it stays up, \`qdx server stop\` ends it`,
  ]);
  await connectLocally({ onEvent });
  expect(notes).toHaveLength(1);
});
test('its version is known without a request', async () => {
  const connection = await connectLocally();
  await stopLocalServer(local.dataDir);
  expect((await connection.server()).version).toBe('1.16.3');
});
test('with a URL no server is started', async () => {
  const connection = await connectLocally({ connection: settings({ url: 'http://127.0.0.1:1' }) });
  expect(connection.url).toBe('http://127.0.0.1:1');
  expect(existsSync(local.dataDir)).toBe(false);
});
test('https asked for and http given: usage', async () =>
  expect(connectLocally({ connection: settings({ url: 'http://127.0.0.1:1', https: true }) })).rejects.toMatchObject({
    kind: 'usage',
  }));
