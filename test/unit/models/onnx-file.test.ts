import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findLocalModel } from '../../../src/core/models/find-model.ts';
import { dtypeOf, inspectOnnx } from '../../../src/core/models/onnx/onnx-file.ts';
import { QdxError } from '../../../src/lib/errors.ts';
import { tinyModel } from '../../helpers/onnx-model.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const write = (content: Buffer | string): string => {
  const file = join(temporaryFolder(), 'model.onnx');
  writeFileSync(file, content);
  return file;
};

test('operators and weights are read off a file', async () => {
  const summary = await inspectOnnx(write(tinyModel({ output: 'pooled' })));
  expect([...summary.operators]).toEqual(['Gather', 'ReduceMean']);
  expect([...summary.weightTypes]).toEqual([[1, 1]]);
  expect(dtypeOf(summary)).toBe('fp32');
});

test('the built-in model is int8 by its own operators', async () => {
  const { modelFile } = await findLocalModel('all-MiniLM-L6-v2', { cacheFolder: temporaryFolder() });
  expect(dtypeOf(await inspectOnnx(modelFile))).toBe('int8');
});

const noModels: readonly [string, string | Buffer][] = [
  ['an LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n'],
  ['a login page', '<!doctype html><html><body>Log in</body></html>'],
  ['nothing', ''],
  ['half a model', tinyModel().subarray(0, 300)],
];

test.each(noModels)('F30: %s is no model', async (_what, content) => {
  await expect(inspectOnnx(write(content))).rejects.toMatchObject({ kind: 'verification' });
});

test('any bytes end in an answer or a sentence, never in a loop', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      const file = write(tinyModel());
      appendFileSync(file, bytes);
      const outcome = await inspectOnnx(file).catch((error: unknown) => error);
      expect(outcome instanceof QdxError ? outcome.kind : 'read').toMatch(/^(read|verification)$/);
      expect(outcome instanceof QdxError || !(outcome instanceof Error)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
