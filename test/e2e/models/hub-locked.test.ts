/** Downloads of a model that is locked already, and several at once, against a server that behaves like the hub. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  downloadModel,
  type DownloadParams,
  type DownloadResult,
} from '../../../src/core/models/hub/download-model.ts';
import { findModel } from '../../../src/core/models/find-model.ts';
import { readLock } from '../../../src/core/models/hub/lock.ts';
import type { HubServer } from '../../helpers/hub-server.ts';
import { tinyModel, tinyRepository } from '../../helpers/onnx-model.ts';
import { commit, laterCommit, startTinyHub } from './hub-support.ts';

let hub: HubServer;
let cacheFolder: string;

beforeEach(async () => void ({ hub, cacheFolder } = await startTinyHub()));
afterEach(() => hub.stop());

const download = (changes: Partial<DownloadParams> = {}): Promise<DownloadResult> =>
  downloadModel({
    name: 'test/tiny',
    cacheFolder,
    hub: { endpoint: hub.endpoint, offline: false },
    choices: {},
    accept: async () => true,
    ...changes,
  });
const modelsIn = (folder: string): string => join(folder, 'models');
const tiny = (): Record<string, Buffer> => hub.repositories['test/tiny']!.files;

const others: readonly [string, Partial<DownloadParams>][] = [
  ['another file', { choices: { file: 'onnx/other.onnx' } }],
  ['another repository of the file', { onnxFrom: 'test/export' }],
  ['another pooling', { choices: { pooling: 'cls' } }],
];
test.each(others)('a locked model asked for with %s is accepted anew', async (_what, changes) => {
  tiny()['onnx/other.onnx'] = tinyModel({ vocabulary: 40 });
  hub.repositories['test/export'] = {
    commit: laterCommit,
    files: { 'onnx/model.onnx': tinyModel({ vocabulary: 48 }) },
  };
  const locked = await download({ choices: { file: 'onnx/model.onnx' } });
  let asked = 0;
  const { wasLocked, card } = await download({ ...changes, accept: async () => ++asked > 0 });
  expect([asked, wasLocked]).toEqual([1, false]);
  expect({ ...card, name: '' }).not.toEqual({ ...locked.card, name: '' });
  expect((await findModel('test/tiny', { cacheFolder })).card).toEqual(card);
});

test('asked for with what is locked, it is as it was locked', async () => {
  await download();
  const same = {
    revision: commit,
    onnxFrom: 'test/tiny',
    choices: { file: 'onnx/model.onnx', pooling: 'mean' },
  } as const;
  expect(await download({ ...same, accept: async () => false })).toMatchObject({ wasLocked: true });
});

test('a half file whose mark was torn by a crash is begun anew', async () => {
  hub.faults.breakAfterBytes?.push(100);
  await expect(download()).rejects.toMatchObject({ kind: 'temporary' });
  const names = readdirSync(modelsIn(cacheFolder), { recursive: true, encoding: 'utf8' });
  const mark = names.find((name) => name.endsWith('.part.json'));
  writeFileSync(join(modelsIn(cacheFolder), mark ?? ''), '{"etag":"x","ser');
  expect((await download()).files).toHaveLength(7);
});

test('two downloads at once: of one model one after the other, of two models both are locked', async () => {
  hub.repositories['test/second'] = { commit: laterCommit, files: tinyRepository() };
  await Promise.all([download(), download(), download({ name: 'test/second' })]);
  expect(Object.keys((await readLock(modelsIn(cacheFolder))).models).toSorted()).toEqual(['test/second', 'test/tiny']);
  const fetched = hub.seen.filter(({ url }) => url.includes('test/tiny/resolve') && url.endsWith('tokenizer.json'));
  expect(fetched, 'the second finds what the first has fetched').toHaveLength(1);
});
