/**
 * What `qdx watch` prints: one line for each run.
 */
import type { WatchUpdate } from '../../core/embed/watch/watch.ts';
import { stringifyJson } from '../../lib/json.ts';
import { counted, formatCount, formatDuration } from '../../lib/quantities.ts';

export async function* updateLines(updates: AsyncIterable<WatchUpdate>, format: string): AsyncGenerator<string> {
  for await (const update of updates)
    yield `${format === 'text' ? updateLine(update) : stringifyJson({ schemaVersion: 1, ...update })}\n`;
}

/** `19:04:12Z docs: 2 files changed; 3 points written, 1 removed (0.4 s)`. */
export function updateLine(update: WatchUpdate): string {
  const { at, target, changedFiles, files, written, removed, pruned, rejected, durationMs } = update;
  const what =
    changedFiles === null
      ? `${counted(files, 'files')} read`
      : `${formatCount(changedFiles)} ${changedFiles === 1 ? 'file' : 'files'} changed`;
  const gone = removed + pruned;
  const numbers = [
    `${formatCount(written)} ${written === 1 ? 'point' : 'points'} written`,
    ...(gone > 0 ? [`${formatCount(gone)} removed`] : []),
    ...(rejected > 0 ? [`${formatCount(rejected)} turned away`] : []),
  ];
  return `${at.slice(11, 19)}Z ${target}: ${what}; ${numbers.join(', ')} (${formatDuration(durationMs)})`;
}
