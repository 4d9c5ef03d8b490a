/**
 * The cross-encoder of fixtures/cross-encoder as a model folder, and what an independent implementation says of it.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-root.ts';
import { temporaryFolder } from './temporary.ts';

const fixture = join(packageRoot, 'fixtures/cross-encoder');

interface ReferencePair {
  readonly query: string;
  readonly text: string;
  readonly logit: number;
  readonly logitOfTwo: number;
  readonly windows: readonly {
    readonly ids: readonly number[];
    readonly types: readonly number[];
    readonly logit: number;
  }[];
}

export const referencePairs: readonly ReferencePair[] = readFileSync(join(fixture, 'pairs.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as ReferencePair);

/** A folder of its own with one of the two graphs, as a download would leave it. */
export function crossEncoderFolder(graph: 'model' | 'two-labels' = 'model', config: object = {}): string {
  const folder = temporaryFolder('cross-encoder');
  mkdirSync(join(folder, 'onnx'));
  copyFileSync(join(fixture, 'onnx', `${graph}.onnx`), join(folder, 'onnx/model.onnx'));
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) copyFileSync(join(fixture, file), join(folder, file));
  const written = JSON.parse(readFileSync(join(fixture, 'config.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...written, ...config }));
  return folder;
}
