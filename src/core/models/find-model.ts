/**
 * Finds a model by what the user typed: a built-in one, a downloaded one, or a folder. Never downloads.
 */
import { shellText } from '../../lib/shell-line.ts';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { QdxError } from '../../lib/errors.ts';
import { didYouMean, nearestNames } from '../../lib/nearest.ts';
import { ownValue } from '../../lib/own-value.ts';
import { packageRoot } from '../../lib/package-root.ts';
import type { EndpointParams } from './endpoint/endpoint-params.ts';
import { builtInCards, builtInModelName } from './cards/built-in-cards.ts';
import type { ModelCard } from './cards/card.ts';
import { type AnyCard, builtInRerankers, isRerankerCard, type RerankerCard } from './cards/reranker-card.ts';
import type { EncoderModel, FoundModel } from './found-model.ts';
import { modelsFolder, type ModelPlaces } from './hub/hub-settings.ts';

export interface FindModelOptions extends ModelPlaces {
  /** How models named `endpoint:…` are asked; absent: they cannot be. */
  readonly endpoint?: EndpointParams;
}

const packageModels = join(packageRoot, 'models');

/**
 * An encoder.
 * @param like The card of the vectors that it is to be compared with: what a model over HTTP cannot say of itself is taken from it.
 * @throws QdxError as findLocalModel does; `usage` for a model over HTTP of which no address is known.
 */
export async function findModel(name: string, options: FindModelOptions, like?: ModelCard): Promise<EncoderModel> {
  if (!name.startsWith('endpoint:')) return findLocalModel(name, options);
  const { findEndpointModel } = await import('./endpoint/endpoint-model.ts');
  return findEndpointModel(name, {
    params: options.endpoint,
    findLocal: (local) => findLocalModel(local, options),
    ...(like?.name === name && { like }),
  });
}

/**
 * An encoder on this machine.
 * @throws QdxError `notFound` with the command that gets it; `usage` for a folder that does not say enough of itself, and for a
 * reranker.
 */
export async function findLocalModel(name: string, options: ModelPlaces): Promise<FoundModel> {
  const { card, ...place } = await findAnyModel(name, options);
  if (!isRerankerCard(card)) return { card, ...place };
  throw new QdxError('usage', `${name} is a reranker: it scores texts against a query and makes no vectors`, {
    hint: `qdx search … --rerank cross --cross-model ${name}`,
  });
}

/** A cross-encoder. @throws QdxError as findModel does, and `usage` for an encoder. */
export async function findReranker(name: string, options: ModelPlaces): Promise<FoundModel<RerankerCard>> {
  const { card, ...place } = await findAnyModel(name, options);
  if (isRerankerCard(card)) return { card, ...place };
  throw new QdxError('usage', `${name} is an encoder: it makes vectors and scores no pairs of query and text`, {
    hint: 'qdx models list shows the rerankers; --rerank late needs no further model',
  });
}

/** A model of any kind. @throws QdxError as findModel does. */
export async function findAnyModel(name: string, options: ModelPlaces): Promise<FoundModel<AnyCard>> {
  const known = [...builtInCards, ...builtInRerankers].find((card) => card.name === name || card.repository === name);
  if (known?.name === builtInModelName)
    return locate({ card: known, origin: 'built-in', folder: join(packageModels, known.name) });
  if (isFolder(name)) return findFolder(name);
  return (await findDownloaded(name, options)) ?? refuse(name, known);
}

/** @returns null where it was never downloaded, or its hashes were not accepted. */
export async function findDownloaded(name: string, options: ModelPlaces): Promise<FoundModel<AnyCard> | null> {
  const models = modelsFolder(options);
  if (!existsSync(join(models, 'models.lock.json'))) return null;
  const { readLock } = await import('./hub/lock.ts');
  const locked = ownValue((await readLock(models)).models, name);
  if (!locked) return null;
  return locate({ card: locked.card, origin: 'cache', folder: join(models, locked.folder), lockedFiles: locked.files });
}

async function findFolder(folder: string): Promise<FoundModel<AnyCard>> {
  const { cardOfFolder } = await import('./cards/folder-card.ts');
  const { card, notes } = await cardOfFolder(folder);
  return locate({ card, origin: 'folder', folder, notes });
}

interface Place {
  readonly card: AnyCard;
  readonly origin: FoundModel['origin'];
  readonly folder: string;
  readonly lockedFiles?: FoundModel['lockedFiles'];
  readonly notes?: readonly string[];
}

function locate({ card, origin, folder, lockedFiles = {}, notes = [] }: Place): FoundModel<AnyCard> {
  const config = join(folder, 'tokenizer_config.json');
  const found = {
    card,
    origin,
    folder,
    modelFile: join(folder, card.file),
    tokenizerFile: join(folder, 'tokenizer.json'),
    tokenizerConfigFile: existsSync(config) ? config : null,
    lockedFiles,
    notes,
  };
  const missing = [found.modelFile, found.tokenizerFile].find((file) => !existsSync(file));
  if (missing !== undefined)
    throw new QdxError('notFound', `${card.name} is not complete: ${missing} is missing`, {
      hint:
        origin === 'cache'
          ? `get it again with: qdx models download ${card.name}`
          : 'put the file back, or reinstall qdx for the built-in model',
    });
  return found;
}

/** A hub repository is `owner/name`; a folder of that spelling wins only when it is there. */
const isFolder = (name: string): boolean =>
  /^(\.{0,2}[/\\]|\.{1,2}$|[A-Za-z]:)/.test(name) || Boolean(statSync(name, { throwIfNoEntry: false })?.isDirectory());

function refuse(name: string, known: AnyCard | undefined): never {
  if (known || /^[\w.-]+\/[\w.-]+$/.test(name))
    throw new QdxError('notFound', `the model ${name} is not on this machine`, {
      hint: `${known && isRerankerCard(known) ? '' : `${builtInModelName} is built in; `}get it with: ${shellText`qdx models download ${name}`}`,
    });
  const builtIn = builtInCards.map((card) => card.name);
  const names = nearestNames(name, builtIn);
  throw new QdxError(
    'notFound',
    `there is no model ${JSON.stringify(name)}: qdx knows ${names.join(' and ')}, repositories (owner/name), folders and endpoint:NAME`,
    {
      hint: didYouMean(name, builtIn) ?? 'qdx models list shows those that are on this machine',
    },
  );
}
