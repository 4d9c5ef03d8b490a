/**
 * The summary of an overwrite as text.
 */
import type { OverwriteSummary } from '../../core/transfer/overwrite.ts';
import { counted, formatCount, formatDuration } from '../../lib/quantities.ts';
import { renderGap } from '../name-gap-text.ts';
import { shellText } from '../../lib/shell-line.ts';

export function renderOverwrite(summary: OverwriteSummary): string {
  const { name, collection, kept, dryRun, wasSwitched, isUnchanged, pointsBefore, pointsAfter, backup } = summary;
  if (isUnchanged)
    return [
      `${name} holds the ${counted(pointsAfter, 'points')} of the file already, each compared with it: nothing was done`,
      ...readLines(summary),
    ].join('\n');
  const points = `${counted(pointsBefore, 'points')} before, ${formatCount(pointsAfter)} of the file`;
  if (dryRun)
    return [
      `${name} would lead to ${collection}: ${points}`,
      ...readLines(summary),
      ...summary.schemaChanges.map((change) => `otherwise than before: ${change}`),
      'nothing was changed (--dry-run)',
    ].join('\n');
  if (wasSwitched)
    return `${name} leads to ${collection}: an earlier run had replaced it, and this one finished what it left`;
  const lines = [
    `${name} -> ${collection}: ${points}, each compared with the file (${formatDuration(summary.durationMs)})`,
    ...readLines(summary),
    ...searched(summary),
    ...written(summary),
    ...summary.notTaken.map((what) => `not as wanted: ${what}`),
  ];
  if (summary.gap) lines.push(renderGap(name, summary.gap));
  if (summary.otherAliases.length > 0) lines.push(`${summary.otherAliases.join(', ')}: not moved`);
  lines.push(backup ? `backup, read back: ${backup.folder}` : 'no backup was made (--no-backup)');
  if (kept !== null) lines.push(shellText`${kept} is kept; back to it: qdx rollback ${name}`);
  return lines.join('\n');
}

function readLines({ read, points, duplicates, rejected, firstRejects }: OverwriteSummary): string[] {
  const sum = `read ${formatCount(read)} = ${counted(points, 'points')} + ${formatCount(duplicates)} duplicates + ${formatCount(rejected)} rejected`;
  return [sum, ...firstRejects.map(({ line, reason }) => `rejected: line ${line}: ${reason}`)];
}

const searched = ({ selfRetrieval }: OverwriteSummary): string[] =>
  selfRetrieval
    ? [`${selfRetrieval.found} of ${selfRetrieval.searches} sampled points are found by their own vectors`]
    : [];

function written({ meanwhile, late, kept }: OverwriteSummary): string[] {
  const lines: string[] = [];
  const say = (
    when: string,
    { inserted, changed, deleted }: { inserted: number; changed: number; deleted: number },
  ) => {
    if (inserted + changed + deleted > 0)
      lines.push(`${when}: ${inserted} points inserted, ${changed} changed, ${deleted} deleted`);
  };
  if (meanwhile)
    say(meanwhile.isCarried ? 'written meanwhile, carried over' : 'written meanwhile, LEFT BEHIND', meanwhile);
  if (late) say('written until the switch, carried over', late.carried);
  if (meanwhile && !meanwhile.isQuiet && !late)
    lines.push('still written to when it was switched: the last of these writes may be missing');
  if (late && !late.isQuiet)
    lines.push(
      `${kept ?? 'the old collection'} is still written to: what comes now is there alone; lead its writers to the name`,
    );
  return lines;
}
