/**
 * The numbers of a run, from its stages.
 */
import type { Embedder } from './embedder.ts';
import type { EmbedParams, EmbedSummary } from './params.ts';
import type { RunPlan } from './plan.ts';
import type { RunInput } from './read-input.ts';
import type { EmbedCounts } from './records.ts';
import type { Removal } from './removal.ts';

export interface SummaryInput {
  readonly params: EmbedParams;
  readonly input: RunInput;
  readonly runId: string;
  readonly plan: Pick<RunPlan, 'unchanged'>;
  readonly embedder: Pick<Embedder, 'device'>;
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
  return {
    destination: destination.kind,
    target: destination.kind === 'collection' ? destination.name : destination.path,
    ...(physical !== undefined && { physical }),
    dryRun,
    runId,
    ...shard,
    model: input.model.card.name,
    device: embedder.device,
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
    removed: removal?.removed ?? 0,
    pruned: removal?.pruned ?? 0,
    gone: leftBehind(removal),
    removalPending: removal?.isPending ?? false,
    readingMs: Math.round(input.readingMs),
    embeddingMs: Math.round(embeddingMs),
    durationMs: Math.round(performance.now() - params.startedAt),
  };
}

function leftBehind(removal: Removal | undefined): EmbedSummary['gone'] {
  if (!removal || removal.pruned > 0) return { points: 0, files: 0, examples: [] };
  const { gone, goneFiles, goneExamples } = removal.stale;
  return { points: gone.length, files: goneFiles, examples: goneExamples };
}
