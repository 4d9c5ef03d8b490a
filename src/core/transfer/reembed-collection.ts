/**
 * `qdx migrate --model`: a collection whose vectors something else made becomes one of a local model, from the text that its
 * payloads hold. Probe, plan, verified backup, then the migration of migrate.ts with re-embedding as its strategy.
 */
import type { RunOptions } from '../../lib/events.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { migrate, type MigrateParams, type MigrateSummary } from './migrate.ts';
import type { MigrateLines, MigratePlan } from './migrate/plan.ts';
import type { ReembedCounts } from './reembed/counts.ts';
import { assertRoom, measureSizes } from './collection/disk.ts';
import type { ReembedProof } from './reembed/proof.ts';
import { openReembedding, type ReembedLook, type ReembedParams } from './reembed/reembed-points.ts';
import { backupSizes, sizeOf } from './reembed/plan.ts';
import { makeBackups, type ReembedBackup } from './reembed/backups.ts';

export interface ReembedCollectionParams extends Omit<MigrateParams, 'strategy' | 'beforeFill' | 'readBack'> {
  readonly reembed: ReembedParams;
  /** Folder of the backups; null: none is made. */
  readonly backupRoot: string | null;
}

export interface ReembedSummary extends Omit<MigrateSummary, 'proof'> {
  readonly model: string;
  readonly textField: string;
  readonly replacedVector: { readonly name: string; readonly size: number | null };
  readonly newVector: { readonly name: string; readonly size: number; readonly sparseName: string | null };
  /** Payload key that qdx adds: token vectors of the new model; null: none. */
  readonly tokenVectorsKey: string | null;
  readonly keptVectors: readonly string[];
  readonly droppedVectors: readonly string[];
  /** Of this run: points that an earlier one brought in are `pointsKept`. */
  readonly counts: ReembedCounts;
  /** Longest input of the model. */
  readonly maxTokens: number;
  /** Empty with `--no-backup`. */
  readonly backups: readonly ReembedBackup[];
  readonly device: string | null;
  readonly embeddingMs: number;
  /** Null where an earlier run had switched it in, and this one only ended it. */
  readonly proof: ReembedProof | null;
}

/** @throws QdxError as migrate; `refused` for points without text, before anything is made. */
export async function reembedCollection(
  lines: MigrateLines,
  { reembed, backupRoot, ...params }: ReembedCollectionParams,
  run: RunOptions = {},
): Promise<ReembedSummary> {
  const reembedding = await openReembedding(reembed, run);
  const { strategy, counts, embedder } = reembedding;
  let backups: readonly ReembedBackup[] = [];
  const clock = createBusyClock();
  const beforeFill = async (plan: MigratePlan, watched: RunOptions): Promise<void> => {
    if (backupRoot === null) return;
    await assertRoomForBackups(plan, backupRoot, reembedding.look(), watched);
    const { parallel } = params;
    backups = await makeBackups(plan, { root: backupRoot, parallel, qdxVersion: reembed.qdxVersion }, watched);
  };
  const timed: typeof strategy = {
    ...strategy,
    make(points, watched) {
      const stop = clock.start();
      return strategy.make(points, watched).finally(stop);
    },
  };
  try {
    const watched = saidAsEmbedding(run, counts);
    const summary = await migrate(lines, { ...params, strategy: timed, beforeFill, readBack: true }, watched);
    const look = reembedding.look();
    return {
      ...summary,
      ...describeLook(look, reembed),
      counts: { ...counts },
      backups,
      device: embedder.device,
      embeddingMs: Math.round(clock.busyMs()),
      proof: summary.proof as ReembedProof | null,
    };
  } finally {
    await reembedding.close();
  }
}

/** Time in which at least one page was being embedded. */
function createBusyClock() {
  let [busyMs, since, underWay] = [0, 0, 0];
  return {
    start(): () => void {
      if (underWay++ === 0) since = performance.now();
      return () => {
        if (--underWay === 0) busyMs += performance.now() - since;
      };
    },
    busyMs: () => busyMs,
  };
}

const describeLook = ({ rule, vectors, card }: ReembedLook, { model }: ReembedParams) => ({
  model: model.card.name,
  textField: rule.field,
  maxTokens: model.card.maxTokens,
  replacedVector: { name: vectors.replaced.name, size: vectors.replaced.size },
  newVector: { name: card.vectorName, size: card.model.dimension, sparseName: card.sparseName },
  tokenVectorsKey: card.tokenVectors?.payloadKey ?? null,
  keptVectors: vectors.kept.map(({ name }) => name),
  droppedVectors: vectors.dropped.map(({ name }) => name),
});

async function assertRoomForBackups(
  plan: MigratePlan,
  root: string,
  { vectors }: ReembedLook,
  run: RunOptions,
): Promise<void> {
  const kept = vectors.kept.map(({ name }) => name);
  const sizes = await measureSizes(plan.source, plan.source.description.shardKeys[0] ?? null, kept, run);
  makeFolder(root);
  await assertRoom(root, sizeOf(await backupSizes(plan, sizes, run)));
}

/** Copying is embedding here; tokens go with it, for the rate. */
const saidAsEmbedding = ({ onEvent, ...run }: RunOptions, counts: ReembedCounts): RunOptions =>
  onEvent
    ? {
        ...run,
        onEvent: (event) => {
          if (event.type === 'progress' && event.stage === 'copying')
            onEvent({ ...event, stage: 'embedding', tokens: counts.tokens });
          else if (event.type === 'phase' && event.name === 'copying') onEvent({ ...event, name: 'embedding' });
          else onEvent(event);
        },
      }
    : run;
