/**
 * The summary of an upload as text: numbers that add up, then the first rejects, then the next command.
 */
import type { UploadFilesSummary } from '../../core/qdrant/upload-files.ts';
import { formatBytes, formatCount, formatDuration } from '../../lib/quantities.ts';
import { shellText } from '../../lib/shell-line.ts';

export function renderUpload(summary: UploadFilesSummary): string {
  const { name, collection, created, rejected, duplicates } = summary;
  const place = name === collection ? name : `${name} (${collection})`;
  const lines = [
    'dryRun' in summary
      ? `would upload ${count(summary.points, 'point')} to ${place}${created ? ', which would be made' : ''}`
      : `uploaded ${count(summary.points, 'point')} to ${place}${created ? ' (new)' : ''} in ` +
        `${formatDuration(summary.durationMs)} (${formatCount(summary.pointsPerSecond)} points/s, ` +
        `${formatBytes(summary.sentBytes)}, ${count(summary.batches, 'batch', 'batches')}, ${summary.retries} repeated)`,
    `read ${formatCount(summary.read)} = ${count(summary.points, 'point')} + ${count(duplicates, 'duplicate')} + ${formatCount(rejected)} rejected`,
  ];
  if (!('dryRun' in summary))
    lines.push(
      `${count(summary.idsCompared, 'id')} read back, ${count(summary.pointsAfter, 'point')} in all, ${summary.status}`,
    );
  for (const { file, line, reason } of summary.firstRejects)
    lines.push(`rejected: ${file === undefined ? '' : `${file} `}line ${line}: ${reason}`);
  if (rejected > summary.firstRejects.length) lines.push(`... and ${rejected - summary.firstRejects.length} more`);
  if (summary.doubledKeys > 0)
    lines.push(`${count(summary.doubledKeys, 'record has', 'records have')} a key twice: the last one was taken`);
  if (summary.rejectsPath) lines.push(`all rejects: ${summary.rejectsPath}`);
  if (!('dryRun' in summary)) lines.push(shellText`next: qdx search "..." --collection ${name}`);
  return lines.join('\n');
}

const count = (value: number, one: string, many = `${one}s`): string =>
  `${formatCount(value)} ${value === 1 ? one : many}`;
