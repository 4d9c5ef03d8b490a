/**
 * Finds a model by what the user typed: a built-in one, a downloaded one, or a folder.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QdxError } from '../../lib/errors.ts';
import { builtInCards, builtInModelName } from './built-in-cards.ts';
import type { ModelCard } from './card.ts';

export interface FoundModel {
  readonly card: ModelCard;
  readonly origin: 'built-in' | 'cache' | 'folder';
  readonly folder: string;
  readonly modelFile: string;
  readonly tokenizerFile: string;
  readonly tokenizerConfigFile: string | null;
  /** What had to be assumed about it, or what is not pinned; said when it is opened. */
  readonly notes: readonly string[];
}

export interface FindModelOptions {
  /** The user's cache folder of qdx. */
  readonly cacheFolder: string;
}

/** `models/` of the package, the same place from `src` and from `dist`. */
const packageModels = fileURLToPath(new URL('../../../models/', import.meta.url));

/** @throws QdxError `notFound` with the command that gets it. */
export async function findModel(name: string, options: FindModelOptions): Promise<FoundModel> {
  void options;
  const card = builtInCards.find((known) => known.name === name || known.repository === name);
  if (card?.name === builtInModelName) return locate(card, 'built-in', join(packageModels, card.name));
  throw new QdxError('notFound', `there is no model ${name} here`, {
    hint: `Get it with: qdx models download ${name}`,
  });
}

function locate(card: ModelCard, origin: FoundModel['origin'], folder: string): FoundModel {
  const config = join(folder, 'tokenizer_config.json');
  return {
    card,
    origin,
    folder,
    modelFile: join(folder, card.file),
    tokenizerFile: join(folder, 'tokenizer.json'),
    tokenizerConfigFile: existsSync(config) ? config : null,
    notes: [],
  };
}
