/**
 * `qdx upload`: files of vectors into a collection, one writer at a time, checked before the first write.
 */
import type { RunOptions } from '../../lib/events.ts';
import type { Settings } from '../config/schema.ts';
import type { ModelCard } from '../models/cards/card.ts';
import type { Encoder } from '../models/encoder.ts';
import type { ReadRecord } from '../vectors/read-file.ts';
import { checkExisting } from './collection/check-existing.ts';
import type { CollectionCard } from './collection/collection-card.ts';
import type { Connection } from './connection/connection.ts';
import { addToCard } from './collection/card-update.ts';
import { ensureCollection } from './collection/create-collection.ts';
import { tokensKey } from './collection/kept-tokens.ts';
import { newCollectionCard } from './collection/new-card.ts';
import { paysToDefer } from './collection/deferred-indexing.ts';
import { type LockOwner, type LockRequest, withWriterLock } from './lock.ts';
import type { TypedSettings } from './collection/typed-settings.ts';
import { assertCollectionName, listCollections, resolveAmong } from './collection/names.ts';
import { type PayloadKeys, toStoredPayload } from './collection/payload-keys.ts';
import { recordId } from './collection/system-collection.ts';
import { dryRunUpload, type DryRunSummary } from './upload/dry-run.ts';
import { uploadRecords, type UploadSummary } from './upload.ts';
import { checkAgainstTexts, checkVectors } from './upload-files/check-vectors.ts';
import { holdsUsableRecord, keepIfFilled } from './upload-files/empty-collection.ts';
import { assertSize, nothingAccepted } from './upload-files/check-source.ts';
import { type RejectsFile, withRejectsFile } from './upload-files/rejects-file.ts';
import { openUploadSource, type UploadSource } from './upload-files/source.ts';
import { type StdinPlace, withStdin } from './upload-files/stdin.ts';

export interface UploadFilesInput {
  /** Files of one run (all shards), or plain lines; `-` is stdin. */
  readonly paths: readonly string[];
  readonly stdin: StdinPlace;
  /** Public name. */
  readonly collection: string;
  readonly settings: Settings;
  /** Settings of a new collection that were typed as flags. */
  readonly typed?: TypedSettings;
  readonly description?: string;
  readonly qdxVersion: string;
  readonly owner: LockOwner;
  /** Card of the model that made plain lines. */
  readonly plainModel: () => Promise<ModelCard>;
  /** Encoder of a model, for the parity check of another file of the same space. */
  readonly openEncoder: (model: ModelCard) => Promise<Encoder>;
  readonly rejectsPath?: string;
  readonly hashIds?: boolean;
  readonly dryRun?: boolean;
  readonly breakLock?: boolean;
  readonly waitForIndex: boolean;
}

export type UploadFilesSummary = (UploadSummary | DryRunSummary) & {
  /** Public name. */
  readonly name: string;
  readonly model: string;
  readonly created: boolean;
  readonly rejectsPath?: string;
};

/**
 * @throws QdxError `refused` for a collection that does not fit (F18, F19) `locked` (F14), `usage` where
 * not one record could be uploaded.
 */
export async function uploadFiles(
  connection: Connection,
  input: UploadFilesInput,
  run: RunOptions = {},
): Promise<UploadFilesSummary> {
  assertCollectionName(input.collection);
  return withStdin(input.paths, input.stdin, (paths) => uploadPaths(connection, input, paths, run), run);
}

async function uploadPaths(
  connection: Connection,
  input: UploadFilesInput,
  paths: readonly string[],
  run: RunOptions,
): Promise<UploadFilesSummary> {
  run.onEvent?.({ type: 'phase', name: 'reading', detail: input.paths.join(', ') });
  const source = await openUploadSource(paths, {
    plainModel: input.plainModel,
    sparseName: input.settings.vector.sparseName,
    hashIds: input.hashIds ?? false,
    shownNames: new Map(paths.map((path, index) => [path, input.paths[index] ?? path])),
    ...(run.signal && { signal: run.signal }),
  });
  assertSize(source.model, input.settings);
  // Where not one record can be taken nothing may be touched: the rehearsal says why.
  const isUsable = await holdsUsableRecord(source, input.settings);
  if (isUsable && input.settings.upload.checkVectors)
    await checkAgainstTexts(source, () => input.openEncoder(source.model), run);
  const upload = input.dryRun || !isUsable ? rehearse : write;
  const work = async (rejects?: RejectsFile) => upload(connection, input, source, rejects, run);
  const summary = await (input.rejectsPath === undefined ? work() : withRejectsFile(input.rejectsPath, work));
  if (summary.points === 0) throw nothingAccepted(summary);
  return {
    ...summary,
    name: input.collection,
    model: source.model.name,
    ...(input.rejectsPath !== undefined && { rejectsPath: input.rejectsPath }),
  };
}

async function write(
  connection: Connection,
  input: UploadFilesInput,
  source: UploadSource,
  rejects: RejectsFile | undefined,
  run: RunOptions,
): Promise<UploadSummary & { readonly created: boolean }> {
  const { settings, collection: name, owner } = input;
  const given = cardOfSource(input, source);
  const request: LockRequest = {
    target: name,
    runId: source.runId ?? recordId('upload', owner.host, String(owner.pid), owner.startedAt),
    owner,
    ...(input.breakLock && { breakLock: true }),
  };
  return withWriterLock(connection, request, run, async (watched, lockLost) => {
    const deferIndexing = paysToDefer(source.count);
    const ensure = {
      name,
      settings,
      typed: input.typed ?? {},
      deferIndexing,
      card: given,
      alias: settings.upload.alias,
    };
    const ensured = await ensureCollection(connection, ensure, watched);
    if (ensured.needsParityCheck)
      await checkVectors(source, ensured.card, () => input.openEncoder(ensured.card.model), watched);
    // Before the vectors, so that no vector of a file that the card does not name is ever in the collection.
    const card = await addToCard(connection, ensured, given);
    const keepsTokens = source.tokenVectors === null || source.tokenVectors.window === card.tokenVectors?.window;
    if (!keepsTokens) watched.onEvent?.({ type: 'note', message: tokensLeftOut(ensured.physical, card) });
    run.onEvent?.({ type: 'phase', name: 'uploading', detail: `to ${ensured.physical}` });
    const upload = uploadRecords(
      connection,
      {
        collection: ensured.physical,
        records: asStored(recordsOf(source, rejects), { keys: card.payloadKeys, keepsTokens }),
        card,
        distance: ensured.distance,
        settings: settings.upload,
        lockLost,
        ...(source.count !== undefined && { expectedCount: source.count }),
        ...(rejects && { onReject: rejects.add }),
        waitForIndex: input.waitForIndex,
      },
      watched,
    );
    return { ...(await keepIfFilled(connection, ensured, source, upload, lockLost)), created: ensured.created };
  });
}

const recordsOf = (source: UploadSource, rejects: RejectsFile | undefined): AsyncIterable<ReadRecord> =>
  rejects ? rejects.paced(source.records()) : source.records();

/** Everything but the writing: the same checks, the same counts. */
async function rehearse(
  connection: Connection,
  input: UploadFilesInput,
  source: UploadSource,
  rejects: RejectsFile | undefined,
  run: RunOptions,
): Promise<DryRunSummary & { readonly created: boolean }> {
  const { settings, collection: name } = input;
  const card = cardOfSource(input, source);
  const existing = resolveAmong(await listCollections(connection, run.signal), name);
  if (existing)
    await checkExisting(connection, existing.physical, { name, card, settings, typed: input.typed ?? {} }, run);
  const summary = await dryRunUpload(
    {
      collection: existing?.physical ?? name,
      records: recordsOf(source, rejects),
      dimension: card.model.dimension,
      distance: settings.vector.distance,
      settings: settings.upload,
      ...(rejects && { onReject: rejects.add }),
    },
    run,
  );
  return { ...summary, created: existing === null };
}

const tokensLeftOut = (physical: string, { tokenVectors }: CollectionCard): string =>
  `the token vectors of the file are left out: ${physical} keeps ${tokenVectors ? `those of ${tokenVectors.window} tokens each` : 'none'}`;

interface StoredShape {
  /** An adopted collection keeps qdx's fields under keys of its own. */
  readonly keys: PayloadKeys | undefined;
  readonly keepsTokens: boolean;
}

export async function* asStored(
  records: AsyncIterable<ReadRecord>,
  { keys, keepsTokens }: StoredShape,
): AsyncGenerator<ReadRecord> {
  for await (const record of records) {
    if ('reason' in record) yield record;
    else {
      const { tokenVectors, ...rest } = record;
      const payload = toStoredPayload(record.payload, keys);
      yield { ...rest, payload, ...(keepsTokens && tokenVectors && { tokenVectors }) };
    }
  }
}

export const cardOfSource = (
  input: UploadFilesInput,
  { model, chunking, lexical, tokenVectors, sources }: UploadSource,
): CollectionCard =>
  newCollectionCard(input.settings, {
    model,
    chunking,
    lexical,
    tokenVectors: tokenVectors && { payloadKey: tokensKey, window: tokenVectors.window, encoding: 'sign' },
    sources,
    description: input.description ?? '',
    qdxVersion: input.qdxVersion,
  });
