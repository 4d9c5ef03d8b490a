/**
 * Where the notebook gets the model from: the hub by the card's repository, or the dataset, for a model that is a folder here.
 * The notebook runs transformers: ONNX files are of no use to it.
 */
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import type { FoundModel } from '../models/found-model.ts';

/**
 * Copies a folder's model into the dataset; of a model of the hub nothing.
 * @throws QdxError `usage` for a folder that transformers could not load.
 */
export async function addWeights({ origin, folder, card }: FoundModel, datasetFolder: string): Promise<void> {
  if (origin !== 'folder') return;
  const names = await readdir(folder);
  const weights = names.filter((name) => /\.safetensors(\.index\.json)?$/.test(name));
  const wanted = ['config.json', 'tokenizer.json', ...weights];
  const missing = [
    ...wanted.filter((name) => !names.includes(name)),
    ...(weights.length === 0 ? ['*.safetensors'] : []),
  ];
  if (missing.length > 0)
    throw new QdxError('usage', `${card.name} cannot be run on Kaggle: ${missing.join(', ')} is missing in ${folder}`, {
      hint: 'the notebook runs transformers, which takes config.json and *.safetensors, no ONNX file',
    });
  for (const name of wanted) await copyFile(join(folder, name), join(datasetFolder, name));
}
