/** The downloader against a server that behaves like the hub; large files come from a second host. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultModel } from '../../../src/core/models/cards/default-model.ts';
import {
  downloadModel,
  type DownloadParams,
  type DownloadResult,
} from '../../../src/core/models/hub/download-model.ts';
import { findLocalModel, findReranker } from '../../../src/core/models/find-model.ts';
import { listModels } from '../../../src/core/models/list-models.ts';
import { readLock } from '../../../src/core/models/hub/lock.ts';
import { crossEncoderFolder } from '../../helpers/cross-encoder.ts';
import type { HubServer } from '../../helpers/hub-server.ts';
import { tinyModel, tinyRepository, tinyTable } from '../../helpers/onnx-model.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { commit, laterCommit, startTinyHub } from './hub-support.ts';

let hub: HubServer;
let cacheFolder: string;

beforeEach(async () => void ({ hub, cacheFolder } = await startTinyHub()));
afterEach(() => hub.stop());

const params = (changes: Partial<DownloadParams> = {}): DownloadParams => ({
  name: 'test/tiny',
  cacheFolder,
  hub: { endpoint: hub.endpoint, offline: false, token: 'hf_secret' },
  choices: {},
  accept: async () => true,
  ...changes,
});
const download = (changes: Partial<DownloadParams> = {}, signal?: AbortSignal): Promise<DownloadResult> =>
  downloadModel(params(changes), signal ? { signal } : {});
const modelsIn = (folder: string): string => join(folder, 'models');
const authorizationsOf = (host: 'hub' | 'cdn'): unknown[] => [
  ...new Set(hub.seen.filter((one) => one.host === host).map((one) => one.authorization)),
];
const tiny = (): Record<string, Buffer> => hub.repositories['test/tiny']!.files;

test('a first download resolves the commit, hashes, asks, locks, and is found', async () => {
  const shown: unknown[] = [];
  const { card, files, wasLocked } = await download({ accept: async (candidate) => shown.push(candidate) > 0 });
  expect(card).toMatchObject({
    revision: commit,
    pooling: 'mean',
    dimension: 4,
    maxTokens: 16,
    queryPrefix: 'query: ',
    documentPrefix: '',
    dtype: 'fp32',
  });
  expect([shown.length, wasLocked, files.length]).toEqual([1, false, 7]);
  const found = await findLocalModel('test/tiny', { cacheFolder });
  expect(found).toMatchObject({ card, origin: 'cache' });
  expect(readFileSync(found.modelFile)).toEqual(tiny()['onnx/model.onnx']);
});

test('a model whose hashes were not accepted is not used', async () => {
  await expect(download({ accept: async () => false })).rejects.toMatchObject({
    kind: 'refused',
    hint: expect.stringContaining('--accept-hash') as string,
  });
  await expect(findLocalModel('test/tiny', { cacheFolder })).rejects.toMatchObject({
    kind: 'notFound',
    hint: expect.stringContaining('qdx models download test/tiny') as string,
  });
});

test('HF_HOME decides where models are kept', async () => {
  const home = temporaryFolder('hf');
  const settings = { endpoint: hub.endpoint, offline: false, home };
  await download({ hub: settings });
  expect(existsSync(join(home, 'qdx', 'models', 'models.lock.json'))).toBe(true);
  expect((await findLocalModel('test/tiny', { cacheFolder, hub: settings })).folder).toContain(home);
});

test('F30: main moved: the locked commit is downloaded again, not the new one', async () => {
  await download();
  hub.repositories['test/tiny']!.commit = laterCommit;
  await expect(download()).rejects.toMatchObject({ kind: 'notFound' });
  expect((await readLock(modelsIn(cacheFolder))).models['test/tiny']?.card.revision).toBe(commit);
});

test('F30: main moved between two requests is refused', async () => {
  hub.faults.commitHeader = laterCommit;
  await expect(download()).rejects.toMatchObject({
    kind: 'verification',
    message: expect.stringContaining(laterCommit) as string,
  });
});

const fakes: readonly [string, string, string, string, RegExp][] = [
  [
    'an LFS pointer',
    'onnx/model.onnx',
    'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n',
    'text/plain',
    /LFS pointer/,
  ],
  ['a login page', 'tokenizer.json', '<!DOCTYPE html><title>Log in</title>', 'text/html', /HTML page/],
  [
    'a login page that says it is data',
    'onnx/model.onnx',
    '<html>Log in</html>',
    'application/octet-stream',
    /HTML page/,
  ],
  ['text instead of JSON', 'config_sentence_transformers.json', 'moved', 'text/plain', /not JSON/],
  ['text instead of a model', 'onnx/model.onnx', 'moved permanently, see elsewhere', 'text/plain', /not an ONNX model/],
];

test.each(fakes)('F30: %s is refused and leaves nothing', async (_what, path, body, contentType, message) => {
  hub.faults.instead = { [path]: { body, contentType } };
  await expect(download()).rejects.toMatchObject({
    kind: 'verification',
    message: expect.stringMatching(message) as string,
  });
  const left = readdirSync(modelsIn(cacheFolder), { recursive: true, encoding: 'utf8' });
  expect(left.filter((name) => name.endsWith('.part') || name.endsWith(path))).toEqual([]);
});

test('F30: other content than was locked is refused with both hashes', async () => {
  const { folder } = await download();
  const locked = (await readLock(modelsIn(cacheFolder))).models['test/tiny']!.files['onnx/model.onnx']!;
  writeFileSync(join(folder, 'onnx/model.onnx'), 'spoilt');
  tiny()['onnx/model.onnx'] = tinyModel({ vocabulary: 64 });
  await expect(download()).rejects.toMatchObject({
    kind: 'verification',
    message: expect.stringContaining(locked) as string,
  });
});

test('F30: a download that breaks is resumed where it stopped, with the same bytes', async () => {
  tiny()['onnx/model.onnx'] = tinyModel({ vocabulary: 20_000 });
  hub.faults.breakAfterBytes!.push(100_000);
  await expect(download()).rejects.toMatchObject({
    kind: 'temporary',
    hint: expect.stringContaining('goes on') as string,
  });
  const { folder } = await download();
  expect(readFileSync(join(folder, 'onnx/model.onnx')).equals(tiny()['onnx/model.onnx']!)).toBe(true);
  expect(hub.seen.filter(({ host }) => host === 'cdn').map(({ range }) => range)).toEqual([undefined, 'bytes=100000-']);
});

test('F30: half a file of other content is not continued', async () => {
  tiny()['onnx/model.onnx'] = tinyModel({ vocabulary: 20_000 });
  hub.faults.breakAfterBytes!.push(100_000);
  await expect(download()).rejects.toMatchObject({ kind: 'temporary' });
  tiny()['onnx/model.onnx'] = tinyModel({ vocabulary: 30_000 });
  const { folder } = await download();
  expect(readFileSync(join(folder, 'onnx/model.onnx')).equals(tiny()['onnx/model.onnx']!)).toBe(true);
});

test('F30: a mirror that ignores ranges is read from the start', async () => {
  tiny()['onnx/model.onnx'] = tinyModel({ vocabulary: 20_000 });
  hub.faults.breakAfterBytes!.push(100_000);
  await expect(download()).rejects.toMatchObject({ kind: 'temporary' });
  hub.faults.ignoresRange = true;
  const { folder } = await download();
  expect(readFileSync(join(folder, 'onnx/model.onnx')).equals(tiny()['onnx/model.onnx']!)).toBe(true);
});

test('F31: weights beside the model come along, hashed and locked', async () => {
  const files = tinyRepository({ external: { location: 'model.onnx_data' } });
  hub.repositories['test/tiny']!.files['onnx/model.onnx'] = files['onnx/model.onnx']!;
  tiny()['onnx/model.onnx_data'] = tinyTable();
  await download();
  expect(Object.keys((await findLocalModel('test/tiny', { cacheFolder })).lockedFiles)).toContain(
    'onnx/model.onnx_data',
  );
});

test('F31: a model that points outside its folder is refused and not locked', async () => {
  tiny()['onnx/model.onnx'] = tinyModel({ external: { location: '../../secret' } });
  await expect(download()).rejects.toMatchObject({ kind: 'refused' });
  expect((await readLock(modelsIn(cacheFolder))).models).toEqual({});
});

test('F31: names that would leave the folder are not taken from a repository', async () => {
  tiny()['../evil.onnx'] = tinyModel();
  const { files } = await download();
  expect(files.map(({ path }) => path)).not.toContain('../evil.onnx');
});

test('F32: the token goes to the hub and never to the host of a redirect', async () => {
  await download();
  expect(authorizationsOf('hub')).toEqual(['Bearer hf_secret']);
  expect(authorizationsOf('cdn')).toEqual([undefined]);
});

test('F32: the password of a mirror goes to it in place of the token, and never to the host of a redirect', async () => {
  const endpoint = hub.endpoint.replace('//', '//me:p%40ss@');
  await download({ hub: { endpoint, offline: false, token: 'hf_secret' } });
  expect(authorizationsOf('hub')).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
  expect(authorizationsOf('cdn')).toEqual([undefined]);
});

test('F32: offline mode asks nobody', async () => {
  await expect(download({ hub: { endpoint: hub.endpoint, offline: true } })).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('HF_HUB_OFFLINE') as string,
  });
  expect(hub.seen).toEqual([]);
});

const statuses: readonly [number, string | undefined, string, RegExp][] = [
  [401, undefined, 'denied', /set HF_TOKEN/],
  [403, 'hf_secret', 'denied', /accept the terms/],
  [404, undefined, 'notFound', /spelling/],
  [429, undefined, 'temporary', /later/],
  [503, undefined, 'temporary', /later/],
];

test.each(statuses)('F32: an answer %i with token %s is %s', async (status, token, kind, hint) => {
  hub.faults.status = status;
  await expect(download({ hub: { endpoint: hub.endpoint, offline: false, token } })).rejects.toMatchObject({
    kind,
    hint: expect.stringMatching(hint) as string,
  });
});

test('F32: a hub that cannot be reached names the proxy that Node does not use', async () => {
  const settings = { endpoint: 'http://127.0.0.1:9', offline: false, proxy: 'http://proxy:3128' };
  await expect(download({ hub: settings })).rejects.toMatchObject({
    kind: 'temporary',
    hint: expect.stringContaining('NODE_USE_ENV_PROXY') as string,
  });
});

test('F32: a redirect that never ends is given up', async () => {
  hub.faults.redirectTo = `${hub.endpoint}/test/tiny/resolve/${commit}/onnx/model.onnx`;
  await expect(download()).rejects.toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('redirected') as string,
  });
});

test('a download that is stopped says so and goes on later', async () => {
  await expect(download({}, AbortSignal.abort())).rejects.toMatchObject({ kind: 'interrupted' });
  await expect(download()).resolves.toMatchObject({ wasLocked: false });
});

test('CodeRankEmbed takes its ONNX file from an export, its tokenizer from its own repository, and becomes the default for code', async () => {
  await expect(defaultModel('code', { cacheFolder })).rejects.toMatchObject({
    kind: 'notFound',
    hint: expect.stringMatching(/qdx models download nomic-ai\/CodeRankEmbed.*--model all-MiniLM-L6-v2/) as string,
  });
  const { 'onnx/model.onnx': model, ...own } = tinyRepository();
  hub.repositories['nomic-ai/CodeRankEmbed'] = { commit, files: own };
  hub.repositories['mrsladoje/CodeRankEmbed-onnx-int8'] = { commit: laterCommit, files: { 'onnx/model.onnx': model! } };
  await download({ name: 'nomic-ai/CodeRankEmbed' });
  const { card } = await defaultModel('code', { cacheFolder });
  expect(card).toMatchObject({
    revision: commit,
    fileSource: { repository: 'mrsladoje/CodeRankEmbed-onnx-int8', revision: laterCommit },
    pooling: 'cls',
    queryPrefix: 'Represent this query for searching relevant code: ',
  });
});

test('several models in a repository are a question, not a guess', async () => {
  tiny()['onnx/model_int8.onnx'] = tinyModel();
  await expect(download()).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringContaining('onnx/model_int8.onnx') as string,
  });
  await expect(download({ choices: { file: 'onnx/model_int8.onnx' } })).resolves.toMatchObject({
    card: { file: 'onnx/model_int8.onnx' },
  });
});

test('a reranker of many exports: the file of its card, locked with a card of its own, and found as a reranker only', async () => {
  const name = 'cross-encoder/ms-marco-MiniLM-L-6-v2';
  const folder = crossEncoderFolder();
  const read = (file: string) => readFileSync(join(folder, file));
  const configuration = ['tokenizer.json', 'tokenizer_config.json', 'config.json'];
  const files = Object.fromEntries(configuration.map((file) => [file, read(file)]));
  const graph = read('onnx/model.onnx');
  hub.repositories[name] = {
    commit,
    files: { ...files, 'onnx/model.onnx': tinyModel(), 'onnx/model_qint8_avx512_vnni.onnx': graph },
  };
  const { card } = await download({ name });
  expect(card).toMatchObject({ task: 'rerank', score: 'logit', file: 'onnx/model_qint8_avx512_vnni.onnx' });
  expect(await findReranker(name, { cacheFolder })).toMatchObject({ card, origin: 'cache' });
  await expect(findLocalModel(name, { cacheFolder })).rejects.toThrow(/is a reranker/);
  expect(await listModels({ cacheFolder })).toContainEqual({
    card,
    state: 'downloaded',
    sizeBytes: expect.any(Number),
  });
});
