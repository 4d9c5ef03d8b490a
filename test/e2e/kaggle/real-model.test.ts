/**
 * The generated notebook with torch and transformers and the real weights of all-MiniLM-L6-v2, on this machine's processor: its
 * output is fetched, joined, uploaded and searched, and compared with qdx's own vectors. A stub stands for the `kaggle` command.
 * Where torch, or the fp32 weights, are not there, it skips and says so.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cosine } from '../../../src/core/qdrant/collection/parity.ts';
import { readRecords } from '../../../src/core/vectors/read-file.ts';
import { corpusFolder, manyFiles } from '../../helpers/embed-corpus.ts';
import { startQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { helper, stubKaggle } from './support.ts';

const weights = join(import.meta.dirname, '../../../../shared/models/all-MiniLM-L6-v2');

function whyNot(): string | null {
  if (!existsSync(join(weights, 'onnx/model.onnx'))) return 'the fp32 weights of all-MiniLM-L6-v2 are not in ../shared';
  try {
    execFileSync('python3', ['-c', 'import torch, transformers, onnx'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'python3 has no torch, transformers and onnx';
  }
}

const reason = whyNot();
if (reason !== null) process.stdout.write(`skipped: ${reason}\n`);

test.runIf(reason === null)(
  'what the notebook makes with torch is uploaded, found, and close to what qdx makes',
  async () => {
    const model = temporaryFolder('weights');
    execFileSync('python3', [helper('onnx-to-safetensors.py'), join(weights, 'onnx/model.onnx'), model]);
    mkdirSync(join(model, '1_Pooling'));
    for (const name of ['config.json', 'tokenizer.json', '1_Pooling/config.json'])
      copyFileSync(join(weights, name), join(model, name));
    const folder = corpusFolder({
      ...manyFiles(2, 4),
      'retry.py': 'def retry(call, times):\n    """Calls again after a failure."""\n    return call()\n',
    });
    const kaggle = stubKaggle();
    const { home, out } = kaggle;
    kaggle.set({ model: undefined, attach: model });
    const run = await kaggle.embed([folder, '--out', out, '--allow-remote-text', '--yes', '--json']);
    expect([run.exitCode, run.stderr]).toEqual([0, expect.anything()]);
    const { result } = JSON.parse(run.stdout) as { result: { dtype: string; parity: { lowest: number } } };
    expect(result).toMatchObject({ file: 'model.safetensors', dtype: 'fp32' });
    expect(readFileSync(join(kaggle.root, 'log.txt'), 'utf8')).toContain('qdx checked: mean pooling, 384 numbers');

    const direct = join(home, 'direct.jsonl');
    await runQdx(['embed', folder, '--out', direct, '--no-token-vectors'], { home });
    const [there, here] = [await vectorsOf(out), await vectorsOf(direct)];
    expect([...there.keys()]).toEqual([...here.keys()]);
    const cosines = [...there].map(([id, vector]) => cosine(vector, here.get(id) ?? []));
    // The int8 file and the fp32 file of one model; docs/kaggle.md has what was measured.
    expect(Math.min(...cosines)).toBeGreaterThan(0.98);

    const server = await startQdrant();
    try {
      const env = { QDRANT_URL: server.url };
      const upload = await runQdx(['upload', out, '-c', 'kaggle', '--json'], { home, env });
      expect(JSON.parse(upload.stdout)).toMatchObject({ points: there.size, rejected: 0 });
      const search = await runQdx(['search', 'call again after a failure', '-c', 'kaggle', '--json'], { home, env });
      expect(search.stdout).toContain('retry.py');
      // Vectors of the int8 file go into the same collection, after their check.
      const again = await runQdx(['embed', folder, '-c', 'kaggle', '--no-token-vectors', '--json'], { home, env });
      expect(JSON.parse(again.stdout)).toMatchObject({ unchanged: there.size, written: 0 });
    } finally {
      await server.stop();
    }
  },
);

async function vectorsOf(path: string): Promise<Map<string, Float32Array>> {
  const vectors = new Map<string, Float32Array>();
  for await (const record of readRecords(path))
    if ('vector' in record && record.vector) vectors.set(String(record.id), record.vector);
  return vectors;
}
