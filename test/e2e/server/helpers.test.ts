/**
 * The helpers themselves: a real server answers, survives a kill, and leaves nothing behind.
 */
import { expect, test } from 'vitest';
import { startQdrant } from '../../helpers/qdrant.ts';

test('a test server answers, and again after a kill', async () => {
  const qdrant = await startQdrant({ apiKey: 'secret-of-this-test' });
  const version = async () => ((await (await fetch(qdrant.url)).json()) as { version: string }).version;
  expect(await version()).toBe('1.16.3');
  expect((await fetch(`${qdrant.url}/collections`)).status).toBe(401);
  await qdrant.restart();
  expect(await version()).toBe('1.16.3');
  await qdrant.stop();
  await expect(version()).rejects.toThrow('fetch failed');
});
