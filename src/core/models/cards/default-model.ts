/**
 * The model of a preset. Never another one silently: two models are two vector spaces.
 */
import { QdxError } from '../../../lib/errors.ts';
import { builtInModelName, codeModelName } from './built-in-cards.ts';
import { findDownloaded, findModel, type FindModelOptions } from '../find-model.ts';
import type { EncoderModel } from '../found-model.ts';

export type Preset = 'documents' | 'code';

/** @throws QdxError `notFound` for `code` while its model is not here, with both ways on. */
export async function defaultModel(preset: Preset, options: FindModelOptions): Promise<EncoderModel> {
  if (preset === 'documents') return findModel(builtInModelName, options);
  if (await findDownloaded(codeModelName, options)) return findModel(codeModelName, options);
  throw new QdxError('notFound', `the preset code wants the model ${codeModelName}, which is not on this machine`, {
    hint: `get it with: qdx models download ${codeModelName}; the built-in model works now: --model ${builtInModelName}`,
  });
}

/** The model that the user names, or that of the preset. */
export const chosenModel = (
  name: string | undefined,
  preset: Preset,
  options: FindModelOptions,
): Promise<EncoderModel> =>
  name === undefined || name === presetModel(preset) ? defaultModel(preset, options) : findModel(name, options);

const presetModel = (preset: Preset): string => (preset === 'documents' ? builtInModelName : codeModelName);
