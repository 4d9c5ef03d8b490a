/**
 * `qdx embed` into a collection: only what changed is embedded and written; what it replaces is removed afterwards.
 *
 * Order, from which resuming follows: nothing is removed before everything of the run was read back. Whatever a run that was
 * killed left undone, the next one finds by comparing.
 */
import { randomUUID } from 'node:crypto';
import type { RunOptions } from '../../lib/events.ts';
import type { CollectionCard } from '../qdrant/collection/collection-card.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import { addToCard } from '../qdrant/collection/card-update.ts';
import { ensureCollection, type EnsuredCollection } from '../qdrant/collection/create-collection.ts';
import { layoutOfCard } from '../qdrant/collection/kept-tokens.ts';
import { withWriterLock } from '../qdrant/lock.ts';
import { uploadRecords } from '../qdrant/upload.ts';
import { createLexicalEncoder } from '../lexical/lexical.ts';
import type { VectorRecord } from '../vectors/record.ts';
import { checkStored } from './check-stored.ts';
import { cardOfRun, inspectTarget, lockRequest } from './collection-target.ts';
import type { CollectionView, PointGroup } from './compare.ts';
import type { Embedder } from './embedder.ts';
import type { EmbedDestination, EmbedParams, EmbedSummary } from './params.ts';
import { planRun, type RunPlan } from './plan.ts';
import { findRunModel, type RunInput, withInput, type WithInput } from './read-input.ts';
import { embedRecords, noCounts, type RecordShape, startOf } from './records.ts';
import { addRefused } from './rejected-chunks.ts';
import {
  assertCorpusWasSeen,
  assertPruneLeavesSome,
  assertSomethingToDo,
  prunes,
  type Removal,
  type RemovalInput,
  removeStale,
} from './removal.ts';
import { assertSameFolders, rememberFolders, type SourceFolders } from './source-folders.ts';
import { assertTokensOf, tokensAfter, tokensInView } from './run-tokens.ts';
import { summarize } from './summary.ts';

type Target = Extract<EmbedDestination, { kind: 'collection' }>;

export async function embedIntoCollection(params: EmbedParams, target: Target, run: RunOptions): Promise<EmbedSummary> {
  const runId = params.runId ?? randomUUID();
  const connection = await target.connect();
  const model = await findRunModel(params);
  const card = cardOfRun(params, model);
  const existing = await inspectTarget(connection, target.name, { params, card }, run);
  const place = sourceFolders(params, target);
  if (!params.isMoved) await assertSameFolders(place, params.roots, existing?.card.sources ?? []);
  return withWriterLock(connection, lockRequest(target.name, runId, params), run, async (watched, lockLost) => {
    const tokens = existing ? tokensAfter(params, existing.card, card) : card.tokenVectors;
    const warmsUp = existing === null ? 'always' : 'whereCached';
    const mayBeEmpty = existing !== null && prunes(params);
    const input: WithInput = { ...model, params, warmsUp, tokenWindow: tokens?.window ?? 0, mayBeEmpty };
    const summary = await withInput(input, watched, (read, embedder) =>
      writeInto({ connection, params, target, card, runId, embedder, input: read, lockLost }, watched),
    );
    await rememberFolders(place, params.roots);
    return summary;
  });
}

export const sourceFolders = ({ folders, settings }: EmbedParams, { name }: Target): SourceFolders => ({
  dataFolder: folders.data,
  connection: settings.connection,
  collection: name,
});

interface Writing {
  readonly connection: Connection;
  readonly params: EmbedParams;
  readonly target: Target;
  readonly card: CollectionCard;
  readonly input: RunInput;
  readonly embedder: Embedder;
  readonly runId: string;
  readonly lockLost: AbortSignal;
}

async function writeInto(writing: Writing, run: RunOptions): Promise<EmbedSummary> {
  const { connection, params, target, card, input, embedder, runId } = writing;
  const { settings } = params;
  const alias = settings.upload.alias;
  assertCorpusWasSeen(params, input.corpus);
  const found = await ensureCollection(connection, { name: target.name, card, settings, alias }, run);
  const ensured = { ...found, card: { ...found.card, tokenVectors: tokensAfter(params, found.card, card) } };
  assertTokensOf(ensured, embedder);
  const view = viewOf(connection, ensured.physical, ensured.card, run);
  const removal = removalInput(params, view, input);
  if (!params.allowPruneAll && !ensured.created) await assertPruneLeavesSome(removal);
  await assertSomethingToDo(params, removal, input.corpus);
  const plan = await planRun(input.spool, embedder, ensured.created ? null : view, run);
  if (ensured.needsParityCheck || mayServeAnother(plan, ensured)) await checkStored(view, ensured.card, embedder);
  // Before the vectors, so that none of a file that the card does not name is ever in the collection.
  await addToCard(connection, found, card, ensured.card.tokenVectors);
  const embedded = await embedChanged({ ...writing, plan, ensured }, run);
  const removed = ensured.created ? nothingRemoved : await removeStale(removal);
  return summarize({
    params,
    input,
    runId,
    plan,
    embedder,
    ...embedded,
    removal: removed,
    physical: ensured.physical,
  });
}

/** Behind the name of an endpoint another model may be served since the collection was made. */
const mayServeAnother = ({ fresh }: RunPlan, { created, card }: EnsuredCollection): boolean =>
  card.model.pooling === 'served' && !created && fresh > 0;

const none: PointGroup = { ids: [], files: 0, examples: [] };
const nothingRemoved: Removal = {
  removed: 0,
  pruned: 0,
  stale: { replaced: none, gone: none, leftOut: none, unread: none, total: 0 },
  isPending: false,
};

export const removalInput = (params: EmbedParams, view: CollectionView, input: RunInput): RemovalInput => ({
  ...input,
  view,
  pruning: params,
  rejected: input.rejects,
  isSharded: params.shard.shards > 1,
});

export const viewOf = (
  connection: Connection,
  physical: string,
  card: CollectionCard | null,
  { signal }: RunOptions,
): CollectionView => ({
  connection,
  physical,
  payloadKeys: card?.payloadKeys,
  tokens: tokensInView(card),
  ...(signal && { signal }),
});

interface Changed extends Writing {
  readonly plan: RunPlan;
  readonly ensured: EnsuredCollection;
}

/** Embeds and uploads the chunks that are not in the collection as they are now. */
async function embedChanged(changed: Changed, run: RunOptions) {
  const { ensured, embedder, plan, input } = changed;
  const counts = noCounts();
  if (plan.cached + plan.fresh === 0) return { counts, written: 0, embeddingMs: 0 };
  const startedAt = performance.now();
  run.onEvent?.({ type: 'phase', name: 'embedding' });
  const records = embedRecords({
    chunks: plan.changed(input.spool),
    shape: shapeOf(ensured.card),
    expectedNew: plan.fresh,
    embedder,
    counts,
    rejects: input.rejects,
    ...(run.onEvent && { onEvent: run.onEvent }),
  });
  try {
    const some = await startOf(records);
    const written = some === null ? 0 : await upload(changed, some, run);
    return { counts, written, embeddingMs: counts.lastVectorAtMs - startedAt };
  } finally {
    await records.return();
  }
}

/** How many points were written; those that were turned away are added to the run's rejects. */
async function upload(changed: Changed, records: AsyncIterable<VectorRecord>, run: RunOptions): Promise<number> {
  const { connection, params, plan, input } = changed;
  const { card, physical, distance } = changed.ensured;
  const refused = new Map<string, string>();
  const summary = await uploadRecords(
    connection,
    {
      collection: physical,
      records,
      card,
      distance,
      settings: params.settings.upload,
      expectedCount: plan.cached + plan.fresh,
      onReject: ({ id, reason }) => void refused.set(id ?? '', reason),
      waitForIndex: true,
      lockLost: changed.lockLost,
    },
    plan.fresh > 0 ? withoutUploadProgress(run) : run,
  );
  await addRefused(input.rejects, refused, input.spool);
  return summary.points;
}

/** Two stages that run side by side are shown as one: the slower. */
function withoutUploadProgress({ onEvent, ...run }: RunOptions): RunOptions {
  if (!onEvent) return run;
  return { ...run, onEvent: (event) => event.type !== 'progress' && onEvent(event) };
}

/** Of an existing collection its own settings count. */
function shapeOf(card: CollectionCard): RecordShape {
  const { lexical, sparseName, payloadKeys } = card;
  return {
    tokens: layoutOfCard(card),
    lexical: lexical && sparseName !== null ? createLexicalEncoder(lexical) : null,
    sparseName,
    ...(payloadKeys && { payloadKeys }),
  };
}
