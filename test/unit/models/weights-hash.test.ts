/**
 * A model that was trained anew beside the same graph is another model, for all that is made from it.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256Hex } from '../../../src/lib/hash.ts';
import type { FoundModel } from '../../../src/core/models/found-model.ts';
import { openQuerySession } from '../../../src/core/models/onnx/mapped-model.ts';
import { weightsHash } from '../../../src/core/models/weights-hash.ts';
import { modelCard } from '../../helpers/model-card.ts';
import { tinyModel, tinyTable } from '../../helpers/onnx-model.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

function folderModel(isExternal: boolean, change: Partial<FoundModel> = {}): FoundModel {
  const folder = temporaryFolder('model');
  const graph = tinyModel(isExternal ? { external: { location: 'model.onnx_data' } } : {});
  writeFileSync(join(folder, 'model.onnx'), graph);
  writeFileSync(join(folder, 'model.onnx_data'), tinyTable());
  return {
    card: modelCard({ file: 'model.onnx', sha256: sha256Hex(graph), dimension: 4 }),
    origin: 'folder',
    folder,
    modelFile: join(folder, 'model.onnx'),
    tokenizerFile: '',
    tokenizerConfigFile: null,
    lockedFiles: {},
    notes: [],
    ...change,
  };
}

const retrain = ({ folder }: FoundModel): void =>
  writeFileSync(
    join(folder, 'model.onnx_data'),
    Buffer.from(Float32Array.from(tinyTable(), () => 0.5).buffer).subarray(0, tinyTable().length),
  );

test('one file: its own hash, so that nothing is made twice', async () => {
  const model = folderModel(false);
  expect(await weightsHash(model)).toBe(model.card.sha256);
});

test('a folder with external data: changes with it', async () => {
  const model = folderModel(true);
  const before = await weightsHash(model);
  expect(await weightsHash(model)).toBe(before);
  retrain(model);
  expect(await weightsHash(model)).not.toBe(before);
});

test('a downloaded model: by what was locked, whatever the order', async () => {
  const locked = (lockedFiles: Record<string, string>) =>
    weightsHash(folderModel(true, { origin: 'cache', lockedFiles }));
  const both = await locked({ a: '1', b: '2' });
  expect(await locked({ b: '2', a: '1' })).toBe(both);
  expect(await locked({ a: '1', b: '3' })).not.toBe(both);
});

test('unknown where the hash of the file is', async () => {
  expect(await weightsHash(folderModel(true, { card: modelCard({ sha256: null }) }))).toBeNull();
});

test('a query after the weights were replaced is encoded with the new ones', async () => {
  const model = folderModel(true);
  const cache = temporaryFolder('cache');
  const encode = async (): Promise<number[]> => {
    const session = await openQuerySession(model, cache);
    const { data } = await session.run([Int32Array.of(3)]);
    await session.close();
    return [...data];
  };
  const before = await encode();
  expect(await encode()).toEqual(before);
  retrain(model);
  expect(await encode()).not.toEqual(before);
  expect(readdirSync(join(cache, 'mapped-models')).filter((name) => name.endsWith('.ort'))).toHaveLength(2);
});
