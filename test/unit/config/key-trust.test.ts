import { expect, test } from 'vitest';
import { assertKeyMayTravel } from '../../../src/core/config/key-trust.ts';
import { layers, type Machine, resolveIn } from './resolve-in.ts';

const url = 'https://theirs.example:6333';
const project = layers({ project: { connection: { url } } });
const env = { QDRANT_API_KEY: 'my-own-key' };

test.for<[string, Machine, boolean]>([
  ["a key of the environment, a URL of the project's file", { files: project, env }, true],
  [
    "a key of the user's file, a URL of the project's",
    { files: { ...project, ...layers({ user: { connection: { apiKey: 'k' } } }) } },
    true,
  ],
  ['both of the project', { files: layers({ project: { connection: { url, apiKey: 'theirs' } } }) }, false],
  ['both of the user', { env: { ...env, QDRANT_URL: url } }, false],
  ['the URL named by the user, too', { files: project, env, flags: { 'connection.url': url } }, false],
  ['no key', { files: project }, false],
  ['no URL', { env }, false],
  [
    'a URL that the user trusts',
    { files: { ...project, ...layers({ user: { connection: { trustedUrls: [`${url}/`] } } }) }, env },
    false,
  ],
  [
    'another URL that the user trusts',
    { files: project, env: { ...env, QDX_TRUSTED_URLS: 'https://theirs.example' } },
    true,
  ],
])('%s: asked %s', async ([, machine, asked]) => {
  const questions: string[] = [];
  const resolved = await resolveIn(machine);
  await assertKeyMayTravel(resolved, async (question) => questions.push(question) > 0);
  expect(questions).toHaveLength(asked ? 1 : 0);
  expect(questions.join()).not.toContain('my-own-key');
});

test('a no is a refusal that tells how to allow it', async () => {
  const resolved = await resolveIn({ files: project, env });
  await expect(assertKeyMayTravel(resolved, async () => false)).rejects.toMatchObject({
    kind: 'refused',
    hint: expect.stringContaining(`--url ${url}`) as unknown,
  });
});
