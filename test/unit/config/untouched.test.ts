/**
 * Settings that nothing sets, without the validator: the same as with it, and only where nothing sets any.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ResolveInput, resolveSettings } from '../../../src/core/config/resolve.ts';
import { untouchedSettings } from '../../../src/core/config/untouched.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

function nowhere(): ResolveInput {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.git'));
  return { flags: {}, environment: {}, cwd: folder, configFolder: join(folder, 'config'), readStdin: async () => '' };
}

test.each([{}, { collection: 'docs' }, { configFile: false as const }, { flags: { 'search.limit': undefined } }])(
  'with %j they are what the schema says',
  async (more) => {
    const input = { ...nowhere(), ...more };
    expect(await untouchedSettings(input)).toStrictEqual(JSON.parse(JSON.stringify(await resolveSettings(input))));
  },
);

test('whoever changes them changes a copy', async () => {
  const first = await untouchedSettings(nowhere());
  Object.assign(first?.settings.connection ?? {}, { trustedUrls: ['http://changed'] });
  expect((await untouchedSettings(nowhere()))?.settings.connection.trustedUrls).toEqual([]);
});

test.each<[string, (folder: string) => Partial<ResolveInput>]>([
  ['a flag', () => ({ flags: { 'search.limit': '3' } })],
  ['a variable', () => ({ environment: { QDRANT_URL: 'http://localhost:1' } })],
  ['a named file', (folder) => ({ configFile: join(folder, 'absent.json') })],
  ['a project file', (folder) => write(join(folder, 'qdx.config.json'))],
  ['a user file', (folder) => write(join(folder, 'config', 'config.json'))],
])('%s is left to resolve.ts', async (_, touch) => {
  const input = nowhere();
  expect(await untouchedSettings({ ...input, ...touch(input.cwd) })).toBeNull();
});

function write(path: string): object {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '{}');
  return {};
}
