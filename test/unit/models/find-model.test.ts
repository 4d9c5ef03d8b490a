import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtInCards } from '../../../src/core/models/cards/built-in-cards.ts';
import { checkModelFile, checkTokenizerFile } from '../../../src/core/models/check-files.ts';
import { defaultModel } from '../../../src/core/models/cards/default-model.ts';
import { findLocalModel, findModel } from '../../../src/core/models/find-model.ts';
import { cardOfFolder, type CardChoices, writeFolderCard } from '../../../src/core/models/cards/folder-card.ts';
import { readLock } from '../../../src/core/models/hub/lock.ts';
import { tinyModel, tinyRepository, writeFiles } from '../../helpers/onnx-model.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const cacheFolder = temporaryFolder('cache');

function folderWith(files: Readonly<Record<string, Buffer>> = tinyRepository()): string {
  const folder = temporaryFolder('model');
  writeFiles(folder, files);
  return folder;
}

const without = (...paths: readonly string[]): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(tinyRepository()).filter(([path]) => !paths.includes(path)));

test('the built-in model is found, with the card that lies beside it and the files of its hashes', async () => {
  const model = await findLocalModel('all-MiniLM-L6-v2', { cacheFolder });
  expect(JSON.parse(readFileSync(join(model.folder, 'card.json'), 'utf8'))).toEqual(model.card);
  await checkModelFile(model);
  await checkTokenizerFile(model);
  expect(await defaultModel('documents', { cacheFolder })).toEqual(model);
});

test('CodeRankEmbed is known as its authors describe it, without an invented hash', () => {
  expect(builtInCards.find(({ name }) => name === 'nomic-ai/CodeRankEmbed')).toMatchObject({
    pooling: 'cls',
    normalize: true,
    queryPrefix: 'Represent this query for searching relevant code: ',
    documentPrefix: '',
    dimension: 768,
    maxTokens: 2048,
    revision: null,
    sha256: null,
    tokenizerSha256: null,
  });
});

const missing: readonly [string, string, RegExp][] = [
  ['nomic-ai/CodeRankEmbed', 'is not on this machine', /qdx models download nomic-ai\/CodeRankEmbed/],
  ['somebody/else', 'is not on this machine', /qdx models download somebody\/else/],
  ['nope', 'there is no model', /^qdx models list/],
  ['all-MiniLM-L12-v2', 'there is no model', /did you mean all-MiniLM-L6-v2/],
];

test.each(missing)('%s %s', async (name, message, hint) => {
  await expect(findModel(name, { cacheFolder })).rejects.toMatchObject({
    kind: 'notFound',
    message: expect.stringContaining(message) as string,
    hint: expect.stringMatching(hint) as string,
  });
});

test('a folder says of itself what sentence-transformers wrote', async () => {
  const folder = folderWith();
  const { card, notes, origin } = await findModel(folder, { cacheFolder });
  expect(card).toMatchObject({
    name: folder,
    revision: null,
    file: 'onnx/model.onnx',
    pooling: 'mean',
    dimension: 4,
    maxTokens: 16,
    queryPrefix: 'query: ',
    documentPrefix: '',
    dtype: 'fp32',
  });
  expect([origin, notes]).toEqual(['folder', []]);
});

const poolings: readonly [object, string][] = [
  [{ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }, 'cls'],
  [{ pooling_mode_lasttoken: true }, 'last'],
  [{ pooling_mode: 'cls' }, 'cls'],
  [{ pooling_mode: 'mean' }, 'mean'],
];

test.each(poolings)('pooling file %j is %s', async (file, expected) => {
  const { card } = await cardOfFolder(folderWith(tinyRepository({}, file as Record<string, unknown>)));
  expect(card).toMatchObject({ pooling: expected });
});

const refused: readonly [string, () => string, string, RegExp][] = [
  [
    'max pooling',
    () => folderWith(tinyRepository({}, { pooling_mode_max_tokens: true })),
    'usage',
    /pooling_mode_max_tokens/,
  ],
  [
    'two poolings at once',
    () => folderWith(tinyRepository({}, { pooling_mode_max_tokens: true, pooling_mode_mean_tokens: true })),
    'usage',
    /and/,
  ],
  [
    'a dense layer',
    () =>
      folderWith({
        ...tinyRepository(),
        'modules.json': Buffer.from('[{"type":"sentence_transformers.models.Dense"}]'),
      }),
    'usage',
    /Dense/,
  ],
  [
    'no pooling file',
    () => folderWith(without('1_Pooling/config.json')),
    'usage',
    /its pooling \(--pooling cls, mean or last\), its dimension/,
  ],
  ['no limit', () => folderWith(without('sentence_bert_config.json')), 'usage', /its longest input \(--max-tokens\)/],
  [
    'two models',
    () => folderWith({ ...tinyRepository(), 'model.onnx': tinyModel() }),
    'usage',
    /model.onnx, onnx\/model.onnx/,
  ],
  ['no model', () => folderWith(without('onnx/model.onnx')), 'notFound', /no .onnx file/],
  ['no tokenizer', () => folderWith(without('tokenizer.json')), 'notFound', /no tokenizer.json/],
  [
    'a damaged file',
    () => folderWith({ ...tinyRepository(), 'modules.json': Buffer.from('[') }),
    'verification',
    /modules.json is damaged/,
  ],
  [
    'a card that is none',
    () => folderWith({ ...tinyRepository(), 'card.json': Buffer.from('{"name":"x"}') }),
    'verification',
    /card.json is not a model card/,
  ],
];

test.each(refused)('a folder with %s is not guessed at', async (_what, folder, kind, message) => {
  await expect(findModel(folder(), { cacheFolder })).rejects.toMatchObject({
    kind,
    message: expect.stringMatching(message) as string,
  });
});

test('what no file says is said by flags once, and decides from then on', async () => {
  const folder = folderWith(
    without('1_Pooling/config.json', 'sentence_bert_config.json', 'config_sentence_transformers.json'),
  );
  const choices: CardChoices = { pooling: 'cls', dimension: 4, maxTokens: 12, documentPrefix: 'passage: ' };
  const { card, notes } = await cardOfFolder(folder, choices);
  expect(notes).toEqual([expect.stringContaining('without a prefix')]);
  await writeFolderCard(folder, card);
  expect((await findModel(folder, { cacheFolder })).card).toEqual(card);
});

test('a folder that was moved keeps its vector space', async () => {
  const folder = folderWith();
  await writeFolderCard(folder, (await cardOfFolder(folder)).card);
  const before = (await findModel(folder, { cacheFolder })).card;
  const elsewhere = join(temporaryFolder(), 'elsewhere');
  renameSync(folder, elsewhere);
  const { name: _here, ...after } = (await findModel(elsewhere, { cacheFolder })).card;
  expect({ ...before, name: undefined }).toEqual({ ...after, name: undefined });
});

test('F30: a file that is not that of its card is named with both hashes', async () => {
  const folder = folderWith();
  const model = await findLocalModel(folder, { cacheFolder });
  writeFileSync(model.modelFile, tinyModel({ vocabulary: 64 }));
  await expect(checkModelFile(model)).rejects.toMatchObject({
    kind: 'verification',
    message: expect.stringContaining(model.card.sha256 ?? '-') as string,
  });
});

test('a folder that lost its model says which file is missing', async () => {
  const folder = folderWith();
  await writeFolderCard(folder, (await cardOfFolder(folder)).card);
  rmSync(join(folder, 'onnx/model.onnx'));
  await expect(findModel(folder, { cacheFolder })).rejects.toMatchObject({
    kind: 'notFound',
    message: expect.stringContaining('model.onnx is missing') as string,
  });
});

test('F30: a damaged lock file is an error, not an empty one', async () => {
  const models = temporaryFolder();
  mkdirSync(models, { recursive: true });
  writeFileSync(join(models, 'models.lock.json'), '{"lockVersion":1,"models":{"a/b":{}}}');
  await expect(readLock(models)).rejects.toMatchObject({ kind: 'verification' });
});

test.each(['constructor', 'toString', '__proto__'])('%s is no model, though every object has one', async (name) => {
  const folder = temporaryFolder('cache');
  writeFiles(folder, { 'models/models.lock.json': Buffer.from('{"lockVersion":1,"models":{}}') });
  await expect(findModel(name, { cacheFolder: folder })).rejects.toMatchObject({ kind: 'notFound' });
});
