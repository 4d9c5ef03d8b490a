/**
 * The summary of an upload as text: numbers that add up, then the first rejects, then the next command.
 */
import type { UploadFilesSummary } from '../core/qdrant/upload-files.ts';
import { formatBytes, formatCount, formatDuration } from '../lib/quantities.ts';

export function renderUpload(summary: UploadFilesSummary): string {
  const { name, collection, created, rejected, duplicates } = summary;
  const place = name === collection ? name : `${name} (${collection})`;
  const lines = [
    'dryRun' in summary
      ? `would upload ${formatCount(summary.points)} points to ${place}${created ? ', which would be made' : ''}`
      : `uploaded ${formatCount(summary.points)} points to ${place}${created ? ' (new)' : ''} in ` +
        `${formatDuration(summary.durationMs)} (${formatCount(summary.pointsPerSecond)} points/s, ` +
        `${formatBytes(summary.sentBytes)}, ${summary.batches} batches, ${summary.retries} repeated)`,
    `read ${formatCount(summary.read)} = ${formatCount(summary.points)} points + ${formatCount(duplicates)} duplicates + ${formatCount(rejected)} rejected`,
  ];
  if (!('dryRun' in summary))
    lines.push(
      `${formatCount(summary.idsCompared)} ids read back, ${formatCount(summary.pointsAfter)} points in all, ${summary.status}`,
    );
  for (const { file, line, reason } of summary.firstRejects)
    lines.push(`rejected: ${file === undefined ? '' : `${file} `}line ${line}: ${reason}`);
  if (rejected > summary.firstRejects.length) lines.push(`... and ${rejected - summary.firstRejects.length} more`);
  if (summary.doubledKeys > 0)
    lines.push(`${formatCount(summary.doubledKeys)} records have a key twice: the last one was taken`);
  if (summary.rejectsPath) lines.push(`all rejects: ${summary.rejectsPath}`);
  if (!('dryRun' in summary)) lines.push(`next: qdx search "..." --collection ${name}`);
  return lines.join('\n');
}
