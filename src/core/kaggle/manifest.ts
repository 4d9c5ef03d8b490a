/**
 * `qdx-manifest.json`: what the notebook finds its input by, and what it must find true before it embeds anything.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunOptions } from '../../lib/events.ts';
import { writeWholeFile } from '../../lib/partial-file.ts';
import { sha256OfFile } from '../models/check-files.ts';
import type { ModelCard } from '../models/cards/card.ts';
import type { FoundModel } from '../models/found-model.ts';
import { openEncoder } from '../models/open-encoder.ts';
import type { VectorsFileHeader } from '../vectors/record.ts';
import { parityTexts } from '../verify-model/parity-texts.ts';
import { chunksFile, jobKey } from './job.ts';

export const manifestFile = 'qdx-manifest.json';

export interface KaggleManifest {
  readonly format: 'qdx-kaggle';
  readonly version: 1;
  readonly qdxVersion: string;
  readonly runId: string;
  /** Another one each time that the dataset is sent; see KaggleJob. */
  readonly sending: string;
  /** Begins the names of the files that come back. */
  readonly key: string;
  readonly inputHash: string;
  readonly totalCount: number;
  /** Name of the file of chunks, beside the manifest. */
  readonly chunks: string;
  /** One for each GPU. */
  readonly shards: number;
  readonly model: ModelCard;
  /** Of the very file that cut the chunks, also where the card does not say it. */
  readonly tokenizerSha256: string;
  /** Documents, without prefix, and what they give here: none of them is from the corpus. */
  readonly knownTexts: readonly { readonly text: string; readonly vectorB64: string }[];
  /** The notebook stops by itself before Kaggle stops it, and keeps what it has. */
  readonly stopAfterSeconds: number;
}

export interface ManifestInput {
  readonly header: VectorsFileHeader;
  readonly sending: string;
  readonly model: FoundModel;
  readonly cacheFolder: string;
  readonly qdxVersion: string;
  readonly shards: number;
  readonly stopAfterMinutes: number;
}

export async function createManifest(input: ManifestInput, run: RunOptions): Promise<KaggleManifest> {
  const { header, sending, model, qdxVersion, shards, stopAfterMinutes } = input;
  return {
    format: 'qdx-kaggle',
    version: 1,
    qdxVersion,
    runId: header.runId,
    sending,
    key: jobKey(header.runId),
    inputHash: header.inputHash,
    totalCount: header.totalCount,
    chunks: chunksFile,
    shards,
    model: header.model,
    tokenizerSha256: await sha256OfFile(model.tokenizerFile),
    knownTexts: await knownTexts(input, run),
    stopAfterSeconds: stopAfterMinutes * 60,
  };
}

/** Marks the manifest in a dataset's folder as that of another sending. */
export async function markSending(datasetFolder: string, sending: string): Promise<void> {
  const path = join(datasetFolder, manifestFile);
  const manifest = JSON.parse(await readFile(path, 'utf8')) as KaggleManifest;
  await writeWholeFile(path, `${JSON.stringify({ ...manifest, sending }, null, 2)}\n`);
}

async function knownTexts({ model, cacheFolder }: ManifestInput, run: RunOptions) {
  const encoder = await openEncoder(model, { device: 'cpu', workers: 1, use: 'query', cacheFolder }, run);
  try {
    const known: KaggleManifest['knownTexts'][number][] = [];
    for (const text of parityTexts) {
      run.signal?.throwIfAborted();
      const { vector } = await encoder.encode(text, { role: 'document' });
      known.push({
        text,
        vectorB64: Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64'),
      });
    }
    return known;
  } finally {
    await encoder.close();
  }
}
