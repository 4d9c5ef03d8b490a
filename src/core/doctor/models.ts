/**
 * Models on this machine: which, how large, and whether each file is still the one of its card.
 */
import { stat } from 'node:fs/promises';
import { isQdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { formatBytes } from '../../lib/quantities.ts';
import { checkModelFile, checkTokenizerFile } from '../models/check-files.ts';
import { findAnyModel } from '../models/find-model.ts';
import { modelsFolder } from '../models/hub/hub-settings.ts';
import { listModels } from '../models/list-models.ts';
import { broken, type Found, ok, type Patient } from './finding.ts';

export async function modelFindings({ settings, folders }: Patient, { onEvent }: RunOptions): Promise<Found[]> {
  const hub = await settings().then(
    (resolved) => resolved.settings.hub,
    () => undefined,
  );
  const places = { cacheFolder: folders.cache, ...(hub && { hub }) };
  const here = (await listModels(places)).filter(({ state }) => state !== 'not downloaded');
  const found: Found[] = [ok(`downloaded models are kept in ${modelsFolder(places)}`)];
  for (const { card, state } of here) {
    onEvent?.({ type: 'phase', name: 'checking', detail: card.name });
    found.push(await checked(card.name, state, places));
  }
  return found;
}

async function checked(name: string, state: string, places: Parameters<typeof findAnyModel>[1]): Promise<Found> {
  try {
    const model = await findAnyModel(name, places);
    await checkModelFile(model);
    await checkTokenizerFile(model);
    const sizeBytes = (await stat(model.modelFile)).size;
    return ok(`${name} (${state}), ${formatBytes(sizeBytes)}, its files are those of its card`);
  } catch (error) {
    if (!isQdxError(error)) throw error;
    return broken(error.message, state === 'built-in' ? 'npm install --global qdx' : `qdx models download ${name}`);
  }
}
