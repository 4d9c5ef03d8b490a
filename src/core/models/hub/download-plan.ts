/**
 * What a download takes: which repositories at which commits, and which of their files.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { ownValue } from '../../../lib/own-value.ts';
import { builtInCards } from '../cards/built-in-cards.ts';
import { type AnyCard, builtInRerankers } from '../cards/reranker-card.ts';
import type { DownloadParams } from './download-model.ts';
import { type HubRepository, resolveRepository } from './hub-repository.ts';
import type { LockedModel } from './lock.ts';

export interface DownloadPlan {
  /** Tokenizer and configuration come from here. */
  readonly own: HubRepository;
  /** The ONNX file comes from here; the same object where that is the model's own repository. */
  readonly weights: HubRepository;
  /** Path of the ONNX file in `weights`. */
  readonly file: string;
  readonly known: AnyCard | undefined;
}

/** Models whose own repository has no ONNX file: an int8 export of the same weights, with its path as published. */
const exportsElsewhere: Readonly<Record<string, { readonly repository: string; readonly file: string }>> = {
  'nomic-ai/CodeRankEmbed': { repository: 'mrsladoje/CodeRankEmbed-onnx-int8', file: 'onnx/model.onnx' },
};

/** @throws QdxError `notFound` without an ONNX file, `usage` where there are several and none is named. */
export async function planDownload(
  params: DownloadParams,
  locked: LockedModel | undefined,
  run: RunOptions,
): Promise<DownloadPlan> {
  const { name, hub } = params;
  const query = { hub, signal: run.signal };
  const revision = params.revision ?? locked?.card.revision ?? 'main';
  const own = await resolveRepository({ ...query, repository: name, revision });
  const source = weightsSource(params, locked);
  const isElsewhere = source.repository !== name;
  const weights = isElsewhere ? await resolveRepository({ ...query, ...source }) : own;
  return {
    own,
    weights,
    known: [...builtInCards, ...builtInRerankers].find((card) => card.name === name),
    file: onnxFileOf(weights, source.file),
  };
}

interface WeightsSource {
  readonly repository: string;
  readonly revision: string;
  readonly file: string | undefined;
}

/** What the user names, else what is locked, else the export that is known for this model, else the model itself. */
function weightsSource({ name, onnxFrom, choices }: DownloadParams, locked: LockedModel | undefined): WeightsSource {
  const { file } = choices;
  if (onnxFrom !== undefined) return { repository: onnxFrom, revision: 'main', file };
  if (locked) return { repository: name, revision: 'main', ...locked.card.fileSource, file: file ?? locked.card.file };
  const elsewhere = ownValue(exportsElsewhere, name);
  // Rerankers come with many exports beside each other, of which the card names one.
  const usual = elsewhere?.file ?? builtInRerankers.find((card) => card.name === name)?.file;
  return { repository: elsewhere?.repository ?? name, revision: 'main', file: file ?? usual };
}

function onnxFileOf({ repository, files }: HubRepository, wanted: string | undefined): string {
  const models = files.filter((file) => file.endsWith('.onnx'));
  const [only] = models;
  if (wanted !== undefined && models.includes(wanted)) return wanted;
  if (wanted === undefined && only !== undefined && models.length === 1) return only;
  if (only === undefined)
    throw new QdxError('notFound', `${repository} has no .onnx file`, {
      hint: 'name a repository that has an export of it: --onnx-from OWNER/NAME',
    });
  throw new QdxError(
    'usage',
    wanted === undefined
      ? `${repository} has several models: ${models.join(', ')}`
      : `${repository} has no ${wanted}; it has ${models.join(', ')}`,
    {
      hint: `say which: --file ${only}`,
    },
  );
}
