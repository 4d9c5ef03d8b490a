/**
 * The numbers of a run, from its stages.
 */
import { isFailure } from '../corpus/skips.ts';
import type { PointGroup } from './compare.ts';
import type { Embedder } from './embedder.ts';
import type { EmbedParams, EmbedSummary, LeftPoints } from './params.ts';
import type { RunPlan } from './plan.ts';
import type { RunInput } from './read-input.ts';
import type { EmbedCounts } from './records.ts';
import type { Removal } from './removal.ts';

export interface SummaryInput {
  readonly params: EmbedParams;
  readonly input: RunInput;
  readonly runId: string;
  readonly plan: Pick<RunPlan, 'unchanged' | 'estimate'>;
  readonly embedder: Pick<Embedder, 'device' | 'bill'>;
  readonly counts: Omit<EmbedCounts, 'lastVectorAtMs'>;
  readonly written: number;
  readonly embeddingMs: number;
  readonly removal?: Removal;
  readonly physical?: string;
}

export function summarize(summary: SummaryInput): EmbedSummary {
  const { params, input, runId, plan, embedder, written, embeddingMs, removal, physical } = summary;
  const { cached, embedded, truncated, tokens } = summary.counts;
  const { destination, shard, dryRun } = params;
  const { files, filesByReader, skipped } = input.corpus;
  const { rejects } = input;
  return {
    destination: destination.kind,
    target: destination.kind === 'collection' ? destination.name : destination.path,
    ...(physical !== undefined && { physical }),
    dryRun,
    runId,
    ...shard,
    model: input.model.card.name,
    device: embedder.device,
    ...(plan.estimate && { endpoint: { estimate: plan.estimate, bill: embedder.bill } }),
    sources: input.sources,
    files,
    filesByReader,
    skipped,
    totalChunks: input.spool.totalCount,
    chunks: input.spool.count,
    unchanged: plan.unchanged,
    cached,
    embedded,
    truncated,
    tokens,
    written,
    ...removalNumbers(removal, params),
    rejected: rejects.count,
    firstRejects: rejects.first,
    isComplete: rejects.count === 0 && !Object.keys(skipped).some(isFailure),
    readingMs: Math.round(input.readingMs),
    embeddingMs: Math.round(embeddingMs),
    durationMs: Math.round(performance.now() - params.startedAt),
  };
}

function removalNumbers(removal: Removal | undefined, { prune, pruneExcluded }: EmbedParams) {
  const { removed = 0, pruned = 0, isPending = false, stale } = removal ?? {};
  return {
    removed,
    pruned,
    gone: leftBehind(stale?.gone, prune && !isPending),
    leftOut: leftBehind(stale?.leftOut, pruneExcluded && !isPending),
    kept: leftBehind(stale?.unread, false),
    removalPending: isPending,
  };
}

function leftBehind(group: PointGroup | undefined, isRemoved: boolean): LeftPoints {
  if (!group || isRemoved) return { points: 0, files: 0, examples: [] };
  return { points: group.ids.length, files: group.files, examples: group.examples };
}
