/** `HF_HOME`, as other tools of the hub know it: where a download lands, and where it is looked for. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findLocalModel } from '../../../src/core/models/find-model.ts';
import { type HubServer, startHubServer } from '../../helpers/hub-server.ts';
import { tinyRepository } from '../../helpers/onnx-model.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

const commit = '3'.repeat(40);
let hub: HubServer;
beforeAll(async () => {
  hub = await startHubServer({ 'test/tiny': { commit, files: tinyRepository() } });
});
afterAll(() => hub.stop());

test('HF_HOME decides where a download lands, and it is found there', async () => {
  const home = temporaryHome();
  const env = { HF_ENDPOINT: hub.endpoint, HF_HOME: join(home, 'hugging face') };
  const unasked = await runQdx(['models', 'download', 'test/tiny'], { home, env });
  const hash = /--accept-hash ([0-9a-f]{64})/.exec(unasked.stderr)?.[1] ?? '';
  const downloaded = await runQdx(['models', 'download', 'test/tiny', '--accept-hash', hash], { home, env });
  expect([downloaded.exitCode, downloaded.stderr]).toEqual([0, expect.anything()]);
  const models = join(env.HF_HOME, 'qdx', 'models');
  expect(existsSync(join(models, 'models.lock.json'))).toBe(true);
  expect(existsSync(join(home, 'cache', 'qdx', 'models'))).toBe(false);
  expect(
    (await findLocalModel('test/tiny', { cacheFolder: join(home, 'cache'), hub: { home: env.HF_HOME } })).folder,
  ).toMatch(new RegExp(`^${models}/`));
  const card = ['models', 'card', 'test/tiny', '--json'];
  expect(JSON.parse((await runQdx(card, { home, env })).stdout)).toMatchObject({ card: { revision: commit } });
  expect((await runQdx(card, { home })).exitCode).toBe(6);
});
