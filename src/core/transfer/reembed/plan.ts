/**
 * `qdx migrate --model --plan`: what would be done, how long it takes here, what it needs. Nothing on a server is changed; the few
 * vectors by which the speed is measured go to the cache.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { assertMayRun, type RunGuards } from '../migrate/assert-may-run.ts';
import { type MigrateLines, type MigratePlan, planMigration, type PlanInput } from '../migrate/plan.ts';
import { neededFlags, type PlannedReplacement, plannedReplacements } from '../migrate/planned-replacements.ts';
import { assertRoom, freeBytes, measureSizes, type PointSizes, stagingBytes } from '../collection/disk.ts';
import type { SourceVector } from './probe.ts';
import { tellUnfinished } from '../journal/transfer-journal.ts';
import { openReembedding, type ReembedLook, type ReembedParams } from './reembed-points.ts';
import { collectionsToBackUp, type ReembedBackup } from './backups.ts';
import { measureSpeed, type Speed } from './speed.ts';

export interface ReembedPlanParams extends Omit<PlanInput, 'strategy'>, RunGuards {
  readonly reembed: ReembedParams;
  readonly switchNames: boolean;
  /** Folder of the backups; null: none is made. */
  readonly backupRoot: string | null;
}

export interface ReembedPlan {
  readonly source: { readonly url: string; readonly collection: string; readonly points: number };
  readonly target: { readonly url: string; readonly collection: string; readonly aliases: readonly string[] };
  /** An unfinished run of the same migration is there: it would be taken up. */
  readonly isTakenUp: boolean;
  readonly model: string;
  readonly textField: string;
  readonly replacedVector: SourceVector;
  readonly newVector: { readonly name: string; readonly size: number; readonly sparseName: string | null };
  readonly keptVectors: readonly SourceVector[];
  readonly droppedVectors: readonly SourceVector[];
  readonly texts: number;
  readonly withoutText: number;
  /** Vectors that are in the cache already. */
  readonly cached: number;
  /** Estimated from a sample: tokens that the model has to read. */
  readonly tokens: number;
  readonly sampledTexts: number;
  /** Estimated: texts longer than the model reads, and the share of all tokens that is not read. */
  readonly truncated: number;
  readonly unreadShare: number;
  readonly maxTokens: number;
  /** Null where all of the sample is in the cache. */
  readonly speed: Speed | null;
  /** Of embedding alone; null where the speed is not known. */
  readonly embeddingMs: number | null;
  /** On the server of the target, whose disk cannot be asked for. */
  readonly stagingBytes: number;
  readonly backups: readonly {
    readonly collection: string;
    readonly why: ReembedBackup['why'];
    readonly sizeBytes: number;
  }[];
  readonly backupRoot: string | null;
  /** There; null where it is not known. */
  readonly freeBytes: number | null;
  /** What the names lead to now: kept, and no longer served under them. */
  readonly replaced: readonly PlannedReplacement[];
  /** Flags without which an unattended run is refused (exit 8). */
  readonly needs: readonly string[];
}

/** @throws QdxError as the migration would, before it writes anything. */
export async function planReembedding(
  lines: MigrateLines,
  { reembed, backupRoot, ...input }: ReembedPlanParams,
  run: RunOptions = {},
): Promise<ReembedPlan> {
  const reembedding = await openReembedding(reembed, run);
  try {
    const plan = await planMigration(lines, { ...input, strategy: reembedding.strategy }, run);
    assertMayRun(plan, input);
    await tellUnfinished(lines.to, plan.aliases, run);
    const look = reembedding.look();
    const speed = await measureSpeed(reembedding.embedder, look.survey.sample, run);
    const sizes = await measureSizes(plan.source, shardKeyOf(plan), namesOf(look.vectors.kept), run);
    const backups = backupRoot === null ? [] : await backupSizes(plan, sizes, run);
    if (backupRoot !== null) await assertRoom(backupRoot, sizeOf(backups));
    return {
      ...described(plan, look, sizes),
      isTakenUp: plan.staging.isLeftover && !input.restart,
      needs: neededFlags(plan, input),
      speed,
      embeddingMs: embeddingMs(look, speed),
      backups,
      backupRoot,
      freeBytes: backupRoot === null ? null : await freeBytes(backupRoot),
    };
  } finally {
    await reembedding.close();
  }
}

type Described = Omit<
  ReembedPlan,
  'isTakenUp' | 'needs' | 'speed' | 'embeddingMs' | 'backups' | 'backupRoot' | 'freeBytes'
>;

function described(plan: MigratePlan, { survey, rule, vectors, card }: ReembedLook, sizes: PointSizes): Described {
  const { source, target, staging, aliases, replacements, description } = plan;
  const { m = 16 } = description.config['hnsw_config'] as { readonly m?: number };
  const { dimension, name, maxTokens } = card.model;
  const { texts, withoutText, cached, sampledTexts, truncated, unreadShare } = survey;
  return {
    source: { url: source.connection.url, collection: source.physical, points: source.points },
    target: { url: target.url, collection: staging.physical, aliases },
    model: name,
    textField: rule.field,
    replacedVector: vectors.replaced,
    newVector: { name: card.vectorName, size: dimension, sparseName: card.sparseName },
    keptVectors: vectors.kept,
    droppedVectors: vectors.dropped,
    texts,
    withoutText,
    cached,
    tokens: survey.freshTokens,
    sampledTexts,
    truncated,
    unreadShare,
    maxTokens,
    stagingBytes: stagingBytes({
      points: source.points,
      dimension,
      m,
      hasTerms: card.sparseName !== null,
      tokenRows: card.tokenVectors ? survey.tokensPerText / card.tokenVectors.window : 0,
      sizes,
    }),
    replaced: plannedReplacements(replacements),
  };
}

const embeddingMs = ({ survey }: ReembedLook, speed: Speed | null): number | null =>
  survey.cached === survey.texts ? 0 : speed && Math.round((survey.freshTokens * 1000) / speed.tokensPerSecond);

export const sizeOf = (backups: ReembedPlan['backups']): number =>
  backups.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** What backups will take, by the size of the first few points of each. */
export async function backupSizes(
  plan: MigratePlan,
  sizes: PointSizes,
  run: RunOptions,
): Promise<ReembedPlan['backups']> {
  const backups: { collection: string; why: ReembedBackup['why']; sizeBytes: number }[] = [];
  for (const { why, ...side } of collectionsToBackUp(plan)) {
    const isSource = why === 'source';
    const replaced = plan.replacements.find(({ physical }) => physical === side.physical);
    const points = isSource ? plan.source.points : (replaced?.pointsNow ?? 0);
    const { line } = isSource ? sizes : await measureSizes(side, null, [], run);
    backups.push({ collection: side.physical, why, sizeBytes: Math.ceil(points * line) });
  }
  return backups;
}

const shardKeyOf = ({ source }: MigratePlan): string | number | null => source.description.shardKeys[0] ?? null;
const namesOf = (vectors: readonly SourceVector[]): string[] => vectors.map(({ name }) => name);
