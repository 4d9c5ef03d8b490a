import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

const reference = fileURLToPath(new URL('../../../fixtures/demo/reference', import.meta.url));

test('a run that embeds leaves nothing of ONNX Runtime’s telemetry in the user’s folders', async () => {
  const home = temporaryHome();
  const run = await runQdx(['embed', reference, '--out', join(home, 'vectors.jsonl')], { home });
  expect(run).toMatchObject({ exitCode: 0 });
  const left = readdirSync(home, { recursive: true }).map(String);
  expect(left.some((path) => path.endsWith('vectors.jsonl'))).toBe(true);
  expect(left.filter((path) => /microsoft|onnxruntime/i.test(path))).toEqual([]);
});
