import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { layers, type Machine, resolveIn } from './resolve-in.ts';

describe('which files are read', () => {
  const value = (batchSize: number) => ({ upload: { batchSize } });

  test.for<[string, Machine, number]>([
    ['the one in the working folder', { files: { 'repo/qdx.config.json': value(1) } }, 1],
    [
      'the nearest one upward',
      { cwd: 'repo/a/b', files: { 'repo/qdx.config.json': value(1), 'repo/a/qdx.config.json': value(2) } },
      2,
    ],
    ['not one above the root of the repository', { cwd: 'repo/a', files: { 'qdx.config.json': value(1) } }, 256],
    ['one above, where there is no repository', { cwd: 'plain/a', files: { 'plain/qdx.config.json': value(1) } }, 1],
    [
      '--config instead of the one found',
      { configFile: 'x.json', files: { 'repo/qdx.config.json': value(1), 'x.json': value(3) } },
      3,
    ],
    ['--no-config reads none', { configFile: false, files: layers({ project: value(1), user: value(2) }) }, 256],
    ['a byte order mark is no error', { files: { 'repo/qdx.config.json': `\uFEFF${JSON.stringify(value(7))}` } }, 7],
  ])('%s', async ([, machine, batchSize]) => {
    expect((await resolveIn(machine)).settings.upload.batchSize).toBe(batchSize);
  });

  test('their names are told', async () => {
    const { files, root } = await resolveIn({ files: layers({ project: {}, user: {} }) });
    expect(files).toEqual({ project: join(root, 'repo/qdx.config.json'), user: join(root, 'user/config.json') });
  });
});

describe('variables', () => {
  test.for<[Record<string, string>, string, string, unknown]>([
    [{ QDRANT_URL: 'http://a:1' }, 'connection', 'url', 'http://a:1'],
    [{ QDRANT_URL: 'http://a:1', QDX_URL: 'http://b:1' }, 'connection', 'url', 'http://b:1'],
    [{ QDRANT_API_KEY: 'k' }, 'connection', 'apiKey', 'k'],
    [{ HF_TOKEN: 't' }, 'hub', 'token', 't'],
    [{ HF_ENDPOINT: 'https://mirror' }, 'hub', 'endpoint', 'https://mirror'],
    [{ HF_HOME: '/hf' }, 'hub', 'home', '/hf'],
    [{ HF_HUB_OFFLINE: '1' }, 'hub', 'offline', true],
    [{ HF_HUB_OFFLINE: 'YES' }, 'hub', 'offline', true],
    [{ HF_HUB_OFFLINE: 'on' }, 'hub', 'offline', true],
    [{ HF_HUB_OFFLINE: '0' }, 'hub', 'offline', false],
    [{ QDX_BATCH_SIZE: '1_000' }, 'upload', 'batchSize', 1000],
    [{ QDX_BATCH_SIZE: ' 12 ' }, 'upload', 'batchSize', 12],
    [{ QDX_ALIAS: 'no' }, 'upload', 'alias', false],
    [{ QDX_INCLUDE: '*.md, *.txt' }, 'embed', 'include', ['*.md', '*.txt']],
    [{ QDX_INCLUDE: '["*.{md,txt}"]' }, 'embed', 'include', ['*.{md,txt}']],
    [{ QDX_VECTOR_SIZE: 'auto' }, 'vector', 'size', 'auto'],
    [{ QDX_VECTOR_SIZE: '384' }, 'vector', 'size', 384],
    [{ QDX_RESCORE: 'off' }, 'search', 'rescore', false],
  ])('%j sets %s.%s', async ([env, group, key, value]) => {
    const { settings } = await resolveIn({ env });
    expect((settings as unknown as Record<string, Record<string, unknown>>)[group]?.[key]).toEqual(value);
  });
});

describe('paths', () => {
  test.for<[string, Machine, string]>([
    [
      "of a file count from that file's folder",
      { cwd: 'repo/a', files: layers({ project: { connection: { dataDir: 'd' } } }) },
      'repo/d',
    ],
    ['of a flag count from the working folder', { cwd: 'repo/a', flags: { 'connection.dataDir': 'd' } }, 'repo/a/d'],
    ['of a variable too', { cwd: 'repo/a', env: { QDX_DATA_DIR: '../d' } }, 'repo/d'],
  ])('%s', async ([, machine, path]) => {
    const { settings, root } = await resolveIn(machine);
    expect(settings.connection.dataDir).toBe(join(root, path));
  });

  test.for<[string, string]>([
    ['all-MiniLM-L6-v2', 'all-MiniLM-L6-v2'],
    ['nomic-ai/CodeRankEmbed', 'nomic-ai/CodeRankEmbed'],
    ['./m', 'repo/m'],
    ['../m', 'm'],
  ])('a model %s is %s', async ([model, expected]) => {
    const { settings, root } = await resolveIn({ files: layers({ project: { embed: { model } } }) });
    expect(settings.embed.model).toBe(model.startsWith('.') ? join(root, expected) : expected);
  });
});

describe('the API key', () => {
  const file = { 'key.txt': ' secret-of-file \n' };

  test('comes from the file of --api-key-file', async () => {
    const { settings, origins, secrets } = await resolveIn({
      cwd: '.',
      files: file,
      flags: { 'connection.apiKeyFile': 'key.txt' },
    });
    expect(settings.connection.apiKey).toBe('secret-of-file');
    expect(origins['connection.apiKey']).toEqual({ kind: 'flag', name: '--api-key-file' });
    expect(secrets).toContain('secret-of-file');
  });

  test('comes from stdin with -', async () => {
    const { settings } = await resolveIn({ flags: { 'connection.apiKeyFile': '-' }, stdin: 'from-stdin\n' });
    expect(settings.connection.apiKey).toBe('from-stdin');
  });

  test('of a stronger place wins over a file named in a weaker one, and the other way round', async () => {
    const env = { QDRANT_API_KEY: 'from-env' };
    const user = { connection: { apiKeyFile: '../key.txt' } };
    const weak = await resolveIn({ env, files: { ...file, ...layers({ user }) } });
    expect(weak.settings.connection.apiKey).toBe('from-env');
    const strong = await resolveIn({ cwd: '.', env, files: file, flags: { 'connection.apiKeyFile': 'key.txt' } });
    expect(strong.settings.connection.apiKey).toBe('secret-of-file');
    expect(strong.secrets).toEqual(expect.arrayContaining(['from-env', 'secret-of-file']));
  });

  test.for<[string, string, RegExp]>([
    ['is missing', 'none.txt', /no API key file/],
    ['is empty', 'empty.txt', /holds no API key/],
    ['holds two words', 'two.txt', /more than one API key/],
  ])('a key file that %s is refused without a word of it', async ([, name, message]) => {
    const machine = {
      cwd: '.',
      files: { 'empty.txt': '\n', 'two.txt': 'alpha beta' },
      flags: { 'connection.apiKeyFile': name },
    };
    await expect(resolveIn(machine)).rejects.toThrow(message);
    await expect(resolveIn(machine)).rejects.not.toThrow(/alpha/);
  });
});
