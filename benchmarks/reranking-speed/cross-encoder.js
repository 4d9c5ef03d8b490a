/** A folder with a cross-encoder of the shape of ms-marco-MiniLM-L-6-v2: int8, random weights, the built-in model's tokenizer. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const maker = fileURLToPath(new URL('../../../shared/tools/make_model.py', import.meta.url));
const builtIn = fileURLToPath(new URL('../../models/all-MiniLM-L6-v2/', import.meta.url));
const folder = join(tmpdir(), 'qdx-bench-models', 'cross-encoder');

/** The folder, or `{ skipped }` with the reason. */
export function findCrossEncoder(python) {
  if (!existsSync(maker)) return { skipped: '../shared/tools/make_model.py is not here; name a folder with --model' };
  const file = join(folder, 'onnx', 'model.onnx');
  if (!existsSync(file)) {
    mkdirSync(join(folder, 'onnx'), { recursive: true });
    const args = [maker, '--arch', 'minilm', '--dtype', 'int8', '--style', 'tuned', '--quant-emb', '--head', 'logits'];
    const { status, stderr } = spawnSync(python, [...args, '--token-type', '--out', file], { encoding: 'utf8' });
    if (status !== 0) return { skipped: `${python} ${args.join(' ')} ended with ${status}: ${stderr?.slice(-300)}` };
  }
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) copyFileSync(join(builtIn, name), join(folder, name));
  const config = {
    architectures: ['BertForSequenceClassification'],
    id2label: { 0: 'LABEL_0' },
    max_position_embeddings: 512,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}
