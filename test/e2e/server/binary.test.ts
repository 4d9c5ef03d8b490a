/**
 * Which Qdrant is started, and what is checked before.
 */
import { chmodSync, copyFileSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startLocalServer, stopLocalServer } from '../../../src/core/qdrant/local-server.ts';
import { useLocalFolders } from '../../helpers/local-server.ts';
import { qdrantBinary } from '../../helpers/qdrant.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const local = useLocalFolders();

test('one that was named, with its version', async () => {
  const copy = join(temporaryFolder('bin'), 'my-qdrant');
  copyFileSync(qdrantBinary(), copy);
  chmodSync(copy, 0o755);
  await startLocalServer(local.input({ qdrantBin: copy }));
  expect((await local.status()).binary).toMatchObject({ path: copy, source: 'setting' });
});
test('its hash and where it is from', async () => {
  await startLocalServer(local.input());
  expect((await local.status()).binary).toMatchObject({
    source: 'package',
    sha256: '8019db3c315d27fe663d639a6cdc6f60dff2ae903312daea492b159b553ad66f',
    origin: expect.stringContaining("was not compared with Qdrant's own release"),
  });
});
test('`qdrant` on PATH where no package is for this platform', async () => {
  const folder = temporaryFolder('path');
  copyFileSync(qdrantBinary(), join(folder, 'qdrant'));
  chmodSync(join(folder, 'qdrant'), 0o755);
  await startLocalServer(local.input({ platform: 'darwin-arm64', environment: { PATH: `/nowhere:${folder}` } }));
  expect((await local.status()).binary).toMatchObject({
    path: join(folder, 'qdrant'),
    source: 'path',
  });
});
test('none: one sentence with the container command and QDRANT_URL', async () =>
  expect(startLocalServer(local.input({ platform: 'darwin-arm64' }))).rejects.toMatchObject({
    kind: 'notFound',
    message: 'there is no Qdrant binary for darwin-arm64 here, and qdx never downloads one by itself',
    hint: expect.stringMatching(/docker run .*qdrant\/qdrant.*QDRANT_URL=http:\/\/127\.0\.0\.1:6333/),
  }));
test('of the package, with one bit flipped: not started', async () => {
  const packagedPath = join(temporaryFolder('package'), 'qdrant');
  const bytes = readFileSync(qdrantBinary());
  bytes[40_000_000]! ^= 1;
  writeFileSync(packagedPath, bytes, { mode: 0o755 });
  await expect(startLocalServer(local.input({ packagedPath }))).rejects.toMatchObject({
    kind: 'verification',
    message: expect.stringContaining(
      'expected 8019db3c315d27fe663d639a6cdc6f60dff2ae903312daea492b159b553ad66f, found ',
    ),
  });
});
test('of the package, cut short: not started', async () => {
  const packagedPath = join(temporaryFolder('package'), 'qdrant');
  writeFileSync(packagedPath, 'half', { mode: 0o755 });
  await expect(startLocalServer(local.input({ packagedPath }))).rejects.toMatchObject({
    kind: 'verification',
    message: expect.stringContaining('expected 78452064 bytes, found 4 bytes'),
  });
});
test('of the package, without its executable bit: a checked copy is started', async () => {
  const packagedPath = join(temporaryFolder('package'), 'qdrant');
  copyFileSync(qdrantBinary(), packagedPath);
  chmodSync(packagedPath, 0o644);
  await startLocalServer(local.input({ packagedPath }));
  const { binary } = await local.status();
  expect(binary).toMatchObject({
    path: join(local.dataFolder, 'bin', 'qdrant-1.16.3-8019db3c315d'),
    source: 'package',
  });
  expect(statSync(packagedPath).mode & 0o777).toBe(0o644);
});
test('checked again when the file has changed, and only then', async () => {
  const copy = join(temporaryFolder('bin'), 'my-qdrant');
  copyFileSync(qdrantBinary(), copy);
  chmodSync(copy, 0o755);
  const memory = join(local.dataFolder, 'qdrant-binaries.json');
  await startLocalServer(local.input({ qdrantBin: copy }));
  await stopLocalServer(local.dataDir);
  const first = JSON.parse(readFileSync(memory, 'utf8')) as Record<string, { version: string }>;
  // What is remembered is used: a version that the file itself would not say.
  writeFileSync(memory, JSON.stringify({ [copy]: { ...first[copy], version: '1.16.9' } }));
  expect((await startLocalServer(local.input({ qdrantBin: copy }))).version).toBe('1.16.9');
  await stopLocalServer(local.dataDir);
  utimesSync(copy, new Date(), new Date());
  rmSync(join(local.dataDir, 'qdrant-version'));
  expect((await startLocalServer(local.input({ qdrantBin: copy }))).version).toBe('1.16.3');
});
test('a named file that is none: usage', async () =>
  expect(startLocalServer(local.input({ qdrantBin: join(local.dataFolder, 'nope') }))).rejects.toMatchObject({
    kind: 'usage',
  }));
test('a named program that is not Qdrant: usage, and it is only asked for its version', async () =>
  expect(startLocalServer(local.input({ qdrantBin: process.execPath }))).rejects.toMatchObject({
    kind: 'usage',
    message: `${process.execPath} is not Qdrant: --version does not say so`,
  }));
