/**
 * The summary of `qdx embed` as text: numbers that add up.
 */
import { skipReasons, type SkipReason } from '../../core/corpus/skips.ts';
import type { EmbedSummary } from '../../core/embed/embed.ts';
import type { View } from '../../lib/output.ts';
import { formatCount, formatDuration, formatRate } from '../../lib/quantities.ts';
import { paint } from '../../lib/style.ts';
import { shellText } from '../../lib/shell-line.ts';

export function renderEmbedSummary(summary: EmbedSummary, view: View): string {
  return [
    paint(view, 'bold', headline(summary)),
    ...filesLines(summary),
    chunksLine(summary),
    ...changesLines(summary),
    timeLine(summary),
    ...nextLines(summary),
  ].join('\n');
}

function headline(summary: EmbedSummary): string {
  const { destination, target, physical, written, dryRun, shard, shards } = summary;
  const place = physical === undefined || physical === target ? target : `${target} (${physical})`;
  const part = shards > 1 ? `, shard ${shard}/${shards} of run ${summary.runId}` : '';
  const what = count(written, destination === 'chunks' ? 'chunk' : destination === 'vectors' ? 'record' : 'point');
  return `${dryRun ? 'would write' : 'wrote'} ${what} to ${place}${part}`;
}

function filesLines({ files, sources, skipped }: EmbedSummary): string[] {
  const lines = [`files     ${formatCount(files)} read (${sources.join(', ')})`];
  for (const [reason, { count: skippedCount, examples }] of Object.entries(skipped) as Skips)
    lines.push(`          ${formatCount(skippedCount)} skipped: ${skipReasons[reason]}${exampleText(examples)}`);
  return lines;
}

type Skips = [SkipReason, { readonly count: number; readonly examples: readonly string[] }][];

const exampleText = (examples: readonly string[]): string =>
  examples.length === 0 ? '' : ` (${examples.slice(0, 2).join(', ')}${examples.length > 2 ? ', …' : ''})`;

function chunksLine(summary: EmbedSummary): string {
  const { destination, chunks, totalChunks, unchanged, cached, embedded, dryRun } = summary;
  const of = chunks === totalChunks ? '' : ` of ${formatCount(totalChunks)}`;
  if (destination === 'chunks') return `chunks    ${formatCount(chunks)}${of}`;
  const parts = [
    `${formatCount(unchanged)} unchanged`,
    `${formatCount(cached)} from the cache`,
    `${formatCount(embedded)} ${dryRun ? 'to embed' : 'embedded'}`,
  ];
  const failed = chunks - unchanged - cached - embedded;
  if (failed > 0) parts.push(`${formatCount(failed)} not embedded`);
  return `chunks    ${formatCount(chunks)}${of} = ${parts.join(' + ')}`;
}

function changesLines(summary: EmbedSummary): string[] {
  const { removed, pruned, gone, leftOut, kept, truncated, removalPending, dryRun } = summary;
  const done = dryRun ? 'to remove' : 'removed';
  const lines: string[] = [];
  if (removed > 0) lines.push(`${done.padEnd(9)} ${count(removed, 'point')} of changed files`);
  if (pruned > 0) lines.push(`${done.padEnd(9)} ${count(pruned, 'point')} of files that are gone or left out`);
  if (removalPending) lines.push('removal   left to the shard that ends last');
  if (gone.points > 0) lines.push(`gone      ${leftText(gone, 'no longer here')}; --prune removes them`);
  if (leftOut.points > 0)
    lines.push(`left out  ${leftText(leftOut, 'here and left out now')}; --prune-excluded removes them`);
  if (kept.points > 0) lines.push(`kept      ${leftText(kept, 'not read or not embedded as a whole')}`);
  lines.push(...rejectLines(summary));
  if (truncated > 0) lines.push(`truncated ${count(truncated, 'chunk')} longer than the model reads`);
  return lines;
}

const leftText = ({ points, files, examples }: EmbedSummary['gone'], how: string): string =>
  `${count(points, 'point')} of ${count(files, 'file')} that ${files === 1 ? 'is' : 'are'} ${how}${exampleText(examples)}`;

function rejectLines({ rejected, firstRejects }: EmbedSummary): string[] {
  if (rejected === 0) return [];
  const named = firstRejects.map(
    ({ source, path, startLine, reason }) => `          ${source}/${path}:${startLine}: ${reason}`,
  );
  return [`rejected  ${count(rejected, 'chunk')} that could not be embedded or written; all others are done`, ...named];
}

function timeLine({ model, device, tokens, readingMs, embeddingMs, durationMs, dryRun }: EmbedSummary): string {
  const rate = tokens > 0 && embeddingMs > 0 ? `, ${formatRate(tokens / (embeddingMs / 1000))} tokens/s` : '';
  const stages = dryRun
    ? ''
    : ` (reading ${formatDuration(readingMs)}, embedding ${formatDuration(embeddingMs)}${rate})`;
  return `time      ${formatDuration(durationMs)}${stages}, ${model}${device === null ? '' : ` on ${device}`}`;
}

function nextLines({ destination, target, dryRun, shards }: EmbedSummary): string[] {
  if (dryRun) return ['next      the same command without --dry-run'];
  if (destination === 'vectors' && shards > 1)
    return [
      shellText`next      with the files of all ${String(shards)} shards: qdx upload ${target} <the others> --collection <name>`,
    ];
  if (destination === 'vectors') return [shellText`next      qdx upload ${target} --collection <name>`];
  if (destination === 'collection') return [shellText`next      qdx search "…" --collection ${target}`];
  return [];
}

const count = (value: number, unit: string): string => `${formatCount(value)} ${unit}${value === 1 ? '' : 's'}`;
