/** F31: external data of a model is walked before native code follows it. */
import { once } from 'node:events';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assertSafeExternalData } from '../../../src/core/models/onnx/external-data.ts';
import { tinyModel, tinyTable } from '../../helpers/onnx-model.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

type External = Parameters<typeof tinyModel>[0] & {};

async function modelWith(
  external: External['external'] & {},
  prepare: (folder: string, outside: string) => void | Promise<void> = () => {},
): Promise<string> {
  const outside = temporaryFolder('outside');
  writeFileSync(join(outside, 'secret'), tinyTable());
  const folder = join(outside, 'model');
  mkdirSync(folder);
  writeFileSync(join(folder, 'model.onnx'), tinyModel({ external }));
  writeFileSync(join(folder, 'weights'), tinyTable());
  await prepare(folder, outside);
  return join(folder, 'model.onnx');
}

async function listenOn(path: string): Promise<void> {
  const server = createServer().listen(path).unref();
  await once(server, 'listening');
}

const hostile: readonly [string, Parameters<typeof modelWith>, RegExp][] = [
  ['a parent folder', [{ location: '../secret' }], /outside its folder/],
  ['a parent folder in the middle', [{ location: 'x/../../secret' }], /outside its folder/],
  ['a parent folder with backslashes', [{ location: '..\\secret' }], /outside its folder/],
  ['an absolute path', [{ location: '/etc/passwd' }], /an absolute path/],
  ['a drive letter', [{ location: 'C:\\secret' }], /an absolute path/],
  ['nothing', [{ location: '' }], /names no file/],
  ['a zero byte', [{ location: 'weights\0.bin' }], /names no file/],
  ['a file that is not there', [{ location: 'other' }], /not there/],
  [
    'a symbolic link',
    [{ location: 'link' }, (folder, outside) => symlinkSync(join(outside, 'secret'), join(folder, 'link'))],
    /symbolic link/,
  ],
  [
    'a linked folder',
    [{ location: 'sub/secret' }, (folder, outside) => symlinkSync(outside, join(folder, 'sub'))],
    /sub is a symbolic link/,
  ],
  [
    'a hard link',
    [{ location: 'hard' }, (folder, outside) => linkSync(join(outside, 'secret'), join(folder, 'hard'))],
    /hard links/,
  ],
  [
    'a socket, as any device',
    [{ location: 'socket' }, (folder) => listenOn(join(folder, 'socket'))],
    /not a regular file/,
  ],
  ['a folder', [{ location: 'folder' }, (folder) => mkdirSync(join(folder, 'folder'))], /not a regular file/],
  ['a huge length', [{ location: 'weights', length: '9223372036854775807' }], /of a file of 512/],
  ['an offset beyond the end', [{ location: 'weights', offset: '513' }], /of a file of 512/],
];

test.each(hostile)('F31: external data at %s is refused', async (_what, parameters, message) => {
  await expect(assertSafeExternalData(await modelWith(...parameters))).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(message) as string,
  });
});

test('F31: a length that is no number is no model', async () => {
  await expect(assertSafeExternalData(await modelWith({ location: 'weights', length: '-1' }))).rejects.toMatchObject({
    kind: 'verification',
  });
});

const good: readonly [string, External['external'] & {}][] = [
  ['a file beside it', { location: 'weights' }],
  ['all of it, said in numbers', { location: 'weights', offset: '0', length: '512' }],
];

test.each(good)('F31: external data in %s is followed', async (_what, external) => {
  await expect(assertSafeExternalData(await modelWith(external))).resolves.toBeUndefined();
});
