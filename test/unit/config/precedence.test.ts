import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { layers, type Machine, resolveIn } from './resolve-in.ts';

const all: Machine = {
  flags: { 'upload.batchSize': '1' },
  env: { QDX_BATCH_SIZE: '2' },
  files: layers({ project: { upload: { batchSize: 3 } }, user: { upload: { batchSize: 4 } } }),
};

describe('the first place that says something wins', () => {
  test.for<[string, Machine, number, string]>([
    ['a flag', all, 1, 'flag'],
    ['a variable', { ...all, flags: {} }, 2, 'env'],
    ["the project's file", { ...all, flags: {}, env: {} }, 3, 'project'],
    ["the user's file", { files: layers({ user: { upload: { batchSize: 4 } } }) }, 4, 'user'],
    ['the default', {}, 256, 'default'],
    ['an empty variable counts as not set', { env: { QDX_BATCH_SIZE: '' } }, 256, 'default'],
  ])('%s', async ([, machine, value, kind]) => {
    const { settings, origins } = await resolveIn(machine);
    expect(settings.upload.batchSize).toBe(value);
    expect(origins['upload.batchSize']?.kind).toBe(kind);
  });
});

describe('the entry of a collection', () => {
  const project = {
    preset: 'code',
    embed: { model: 'general', chunkTokens: 100 },
    collections: {
      docs: { preset: 'documents', model: 'mine', vectorName: '', vector: { quantization: { kind: 'int8' } } },
    },
  };
  const user = { collections: { docs: { upload: { parallel: 9 } }, other: { upload: { parallel: 8 } } } };

  test.for<[string, Machine, string, unknown]>([
    ['comes before what its file says for all', { files: layers({ project }) }, 'embed.model', 'mine'],
    ['leaves the rest of the file', { files: layers({ project }) }, 'embed.chunkTokens', 100],
    ['has its own preset', { files: layers({ project }) }, 'preset', 'documents'],
    ['sets the vector name', { files: layers({ project }) }, 'vector.name', ''],
    ['sets a group', { files: layers({ project }) }, 'vector.quantization.kind', 'int8'],
    ['comes after a variable', { files: layers({ project }), env: { QDX_MODEL: 'env' } }, 'embed.model', 'env'],
    ['comes after a flag', { files: layers({ project }), flags: { 'embed.model': 'f' } }, 'embed.model', 'f'],
    ["of the user's file counts too", { files: layers({ project, user }) }, 'upload.parallel', 9],
    [
      "of the user's file comes after the project's general",
      { files: layers({ project: { upload: { parallel: 2 } }, user }) },
      'upload.parallel',
      2,
    ],
  ])('%s', async ([, machine, path, value]) => {
    const { settings } = await resolveIn({ ...machine, collection: 'docs' });
    expect(path.split('.').reduce((place: unknown, key) => (place as Record<string, unknown>)[key], settings)).toBe(
      value,
    );
  });

  test('counts only when the collection is named', async () => {
    const { settings, collection } = await resolveIn({ files: layers({ project }) });
    expect(settings.embed.model).toBe('general');
    expect(collection).toEqual({ description: '', paths: [] });
  });

  test('gives its paths from the folder of its file', async () => {
    const files = layers({ project: { collections: { docs: { paths: ['docs', '/abs'], description: 'd' } } } });
    const { collection, root } = await resolveIn({ files, collection: 'docs', cwd: 'repo/deep/er' });
    expect(collection.paths).toEqual([join(root, 'repo/docs'), '/abs']);
    expect(collection.description).toBe('d');
  });

  test('a name that is also a property of every object has no entry', async () => {
    const { collection } = await resolveIn({ files: layers({ project }), collection: 'constructor' });
    expect(collection.paths).toEqual([]);
  });
});

describe('lists and maps replace', () => {
  test('a list of a stronger place has nothing of the weaker one', async () => {
    const { settings } = await resolveIn({
      env: { QDX_EXCLUDE: 'b' },
      files: layers({ project: { embed: { exclude: ['a'] }, index: { payloadIndexes: ['x'] } } }),
    });
    expect(settings.embed.exclude).toEqual(['b']);
    expect(settings.index.payloadIndexes).toEqual(['x']);
  });

  test('an empty list replaces', async () => {
    const { settings } = await resolveIn({ files: layers({ project: { index: { payloadIndexes: [] } } }) });
    expect(settings.index.payloadIndexes).toEqual([]);
  });

  test('payload keys: entry, project, user', async () => {
    const files = layers({
      project: { payloadKeys: { content: 'p' }, collections: { docs: { payloadKeys: { content: 'e' } } } },
      user: { payloadKeys: { content: 'u', title: 'u' } },
    });
    expect((await resolveIn({ files, collection: 'docs' })).settings.payloadKeys).toEqual({ content: 'e' });
    expect((await resolveIn({ files })).settings.payloadKeys).toEqual({ content: 'p' });
    const user = layers({ user: { payloadKeys: { title: 'u' } } });
    expect((await resolveIn({ files: user })).settings.payloadKeys).toEqual({ title: 'u' });
  });

  test('a stronger kind of quantization drops what belonged to the weaker kind', async () => {
    const files = layers({ project: { vector: { quantization: { kind: 'int8', quantile: 0.9, alwaysRam: false } } } });
    const { settings } = await resolveIn({ files, flags: { 'vector.quantization.kind': 'binary' } });
    expect(settings.vector.quantization).toEqual({
      kind: 'binary',
      encoding: 'oneBit',
      queryEncoding: 'default',
      alwaysRam: false,
    });
  });

  test('a detail of the same kind joins the kind of a weaker place', async () => {
    const files = layers({ project: { vector: { quantization: { kind: 'int8' } } } });
    const { settings } = await resolveIn({ files, env: { QDX_QUANTILE: '0.95' } });
    expect(settings.vector.quantization).toMatchObject({ kind: 'int8', quantile: 0.95 });
  });
});

describe('presets', () => {
  test.for<[string, Machine, unknown, string]>([
    ['documents', {}, 'auto', 'all-MiniLM-L6-v2'],
    ['code', { flags: { preset: 'code' } }, 768, 'nomic-ai/CodeRankEmbed'],
    ['code with another model leaves its size to it', { flags: { preset: 'code', 'embed.model': 'm' } }, 'auto', 'm'],
    [
      'code with its own model named',
      { flags: { preset: 'code', 'embed.model': 'nomic-ai/CodeRankEmbed' } },
      768,
      'nomic-ai/CodeRankEmbed',
    ],
    [
      'a size of a file wins',
      { flags: { preset: 'code' }, files: layers({ user: { vector: { size: 5 } } }) },
      5,
      'nomic-ai/CodeRankEmbed',
    ],
  ])('%s', async ([, machine, size, model]) => {
    const { settings } = await resolveIn(machine);
    expect([settings.vector.size, settings.embed.model]).toEqual([size, model]);
  });

  test('a value of a preset says so', async () => {
    const { origins } = await resolveIn({ env: { QDX_PRESET: 'code' } });
    expect(origins['vector.size']).toEqual({ kind: 'preset', name: 'preset code' });
    expect(origins['preset']).toEqual({ kind: 'env', name: 'QDX_PRESET' });
  });
});
