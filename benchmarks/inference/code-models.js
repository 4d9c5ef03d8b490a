/**
 * ONNX files of CodeRankEmbed's shape: those that are named, else two that the model maker beside the repository writes:
 * as an export leaves the graph, and as it runs fastest on x86. Random weights, seeded: every machine gets the same bytes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const maker = fileURLToPath(new URL('../../../shared/tools/make_model.py', import.meta.url));
/** Kept between runs: 135 MB each, a few seconds to write. */
const folder = join(tmpdir(), 'qdx-bench-models');

const shapes = {
  tuned: ['--style', 'tuned', '--head', 'cls'],
  export: ['--style', 'export', '--head', 'hidden'],
};

/** Files by name, or why there are none. */
export function findCodeModels(named, python) {
  if (named.length > 0) return { files: Object.fromEntries(named.map((file) => [basename(dirname(file)), file])) };
  if (!existsSync(maker)) return { skipped: '../shared/tools/make_model.py is not here; name files with --code-model' };
  const probe = spawnSync(python, ['-c', 'import numpy, onnx'], { encoding: 'utf8' });
  if (probe.status !== 0)
    return { skipped: `${python} has no numpy and onnx, which the model maker needs; name another with --python` };
  return { files: Object.fromEntries(Object.keys(shapes).map((name) => [name, makeModel(name, python)])) };
}

function makeModel(name, python) {
  const file = join(folder, name, 'model.onnx');
  if (existsSync(file)) return file;
  mkdirSync(dirname(file), { recursive: true });
  const args = [maker, '--arch', 'nomic', '--dtype', 'int8', '--quant-emb', ...shapes[name], '--out', file];
  const { status, stderr } = spawnSync(python, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${python} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return file;
}
