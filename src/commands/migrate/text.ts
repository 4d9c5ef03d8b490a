/**
 * What `qdx migrate` says of copies, of plans, and of several collections.
 */
import type { CopyPlan } from '../../core/transfer/migrate/plan-copy.ts';
import type { OneOutcome } from '../../core/transfer/migrate/several.ts';
import type { MigrateSummary } from '../../core/transfer/migrate.ts';
import { counted, formatBytes, formatCount, formatDuration } from '../../lib/quantities.ts';
import { renderTable } from '../../lib/table.ts';
import { gapToCome, renderGap } from '../name-gap-text.ts';
import { shellText } from '../../lib/shell-line.ts';

export function renderCopy(summary: MigrateSummary): string {
  const { source, target, replaced, isSwitched, isReadBack, durationMs } = summary;
  const names = isSwitched
    ? `${target.aliases.join(', ')} -> ${target.collection}`
    : `${target.collection}, to which no name leads yet`;
  const before = isSwitched && replaced.length > 0 ? `; ${replaced.join(', ')} is kept` : '';
  return [
    `${source.collection} copied ${summary.way === 'snapshot' ? 'by snapshot' : 'point by point'}: ${pointsLine(summary)}`,
    `  ${readBackLine(isReadBack)}`,
    ...openLines(summary),
    ...(summary.gap ? [`  ${renderGap(summary.target.aliases.join(', '), summary.gap)}`] : []),
    `  ${timesLine(summary)}`,
    `${names} (${formatDuration(durationMs)})${before}`,
    ...(isSwitched && replaced.length > 0 ? [shellText`step back: qdx rollback ${target.aliases[0] ?? ''}`] : []),
  ].join('\n');
}

const pointsLine = ({ points, pointsKept }: MigrateSummary): string =>
  `${counted(points, 'points')}${pointsKept > 0 ? `, ${formatCount(pointsKept)} of them by a run before` : ''}`;

const readBackLine = (isReadBack: boolean | null): string =>
  isReadBack === null
    ? 'an earlier run had switched it in; this one ended it, and read nothing back'
    : isReadBack
      ? 'every point was read back and compared'
      : 'NOT VERIFIED (--no-verify): the points were counted, none was read back, and writes meanwhile were not looked for';

type Opened = Pick<MigrateSummary, 'meanwhile' | 'late' | 'isSwitched' | 'isReadBack' | 'notAsPlanned'>;

/** What somebody wrote meanwhile, and what is otherwise than planned; mostly nothing. */
export function openLines({ meanwhile, late, isSwitched, isReadBack, notAsPlanned }: Opened): string[] {
  const { inserted, changed, deleted, scans, isQuiet } = meanwhile;
  const lines: string[] = [];
  if (inserted + changed + deleted > 0)
    lines.push(`  written to meanwhile: ${changesLine(meanwhile)} carried over, ${scans} scans`);
  if (!isQuiet) lines.push('  the source did not come to rest before the switch (--allow-concurrent-writes)');
  if (late && (late.carried.inserted + late.carried.changed + late.carried.deleted > 0 || late.newer > 0))
    lines.push(`  after the switch: ${changesLine(late.carried)} carried over, ${late.newer} newer in the new one`);
  if (late && late.skipped > 0)
    lines.push(
      `  after the switch: ${counted(late.skipped, 'points')} could NOT be carried over: they cannot be embedded`,
    );
  if (isSwitched && late === null && isReadBack !== false)
    lines.push('  late writes to the source were not looked for');
  if (late && !late.isQuiet) lines.push('  the source is still being written to: send its writers to the new one');
  lines.push(...notAsPlanned.map((what) => `  not as planned: ${what}`));
  return lines;
}

const changesLine = ({
  inserted,
  changed,
  deleted,
}: MigrateSummary['meanwhile'] | { inserted: number; changed: number; deleted: number }): string =>
  `${formatCount(inserted)} inserted, ${formatCount(changed)} changed, ${formatCount(deleted)} deleted`;

const stageNames: Readonly<Record<string, string>> = {
  prepare: 'made in',
  fill: 'filled in',
  index: 'index waited for',
  compare: 'source read again in',
  readBack: 'read back in',
  switch: 'switched in',
};

const timesLine = ({ timesMs }: MigrateSummary): string =>
  Object.entries(timesMs)
    .map(([stage, ms]) => `${stageNames[stage] ?? stage} ${formatDuration(ms)}`)
    .join(', ');

/** The plan, and that nothing was done. */
export function renderCopyPlan(plan: CopyPlan): string {
  const { source, target, changes, replaced, basis, durationMs, way } = plan;
  const { bytesPerPoint, readBytesPerSecond, readings, writeFactor } = basis;
  const how =
    way === 'snapshot' ? "Qdrant's own snapshot, every point compared afterwards" : 'point by point, byte for byte';
  const rows = [
    ['source', `${source.collection} on ${source.url}: ${counted(source.points, 'points')}`],
    [
      'target',
      `${target.collection} on ${target.url}, named ${target.aliases.join(', ')}${plan.isTakenUp ? '; an unfinished run is taken up' : ''}`,
    ],
    ['how', how],
    ...changes.map((what, index) => [index === 0 ? 'changed' : '', what]),
    ...replaced.map(({ name, collection, points, leavesGap }) => [
      'replaced',
      leavesGap
        ? `${name} (${counted(points, 'points')}), whose copy is kept`
        : `${name} leads to ${collection} (${counted(points, 'points')}), which is kept`,
    ]),
    ...replaced.filter(({ leavesGap }) => leavesGap).map(({ name }) => ['gap', gapToCome(name)]),
    ...needsRow(plan),
    [
      'disk',
      `about ${formatBytes(plan.stagingBytes)} on the target's server, ${formatBytes(plan.scanBytes)} here while it runs`,
    ],
    ['time', durationMs === null ? 'no points' : `about ${formatDuration(durationMs)}, indexing not counted`],
    ...(readBytesPerSecond === null
      ? []
      : [
          [
            '',
            `by ${formatBytes(plan.bytes)} (${formatCount(bytesPerPoint)} bytes a point) at ${formatBytes(readBytesPerSecond)}/s, measured now: ` +
              `read ${readings} times, written once at 1/${writeFactor} of that`,
          ],
        ]),
  ];
  return [renderTable(rows), 'nothing was changed (--plan)'].join('\n');
}

/** On a terminal the run asks instead of `--yes`. */
export const needsRow = ({ needs }: Pick<CopyPlan, 'needs'>): string[][] =>
  needs.length === 0 ? [] : [['needs', `${needs.join(' ')} (unattended: without it the run ends with exit code 8)`]];

/** What the table of several needs of a summary, whichever way it went. */
interface Row extends Opened {
  readonly target: { readonly collection: string; readonly aliases: readonly string[] };
  readonly points: number;
  readonly durationMs: number;
  readonly gap: MigrateSummary['gap'];
  /** Of re-embedding. */
  readonly counts?: { readonly embedded: number };
}

export function renderSeveral(outcomes: readonly OneOutcome<unknown>[]): string {
  const rows = outcomes.map((outcome) => {
    if (outcome.status === 'failed') return [outcome.name, 'failed', '', '', '', outcome.error.message];
    if (outcome.status === 'unchanged') return [outcome.name, 'unchanged', '', '', '', outcome.reason];
    const { target, points, durationMs, counts } = outcome.result as Row;
    const embedded = counts ? formatCount(counts.embedded) : '';
    return [outcome.name, 'done', formatCount(points), embedded, formatDuration(durationMs), target.collection];
  });
  const failed = outcomes.filter(({ status }) => status === 'failed').length;
  const done = outcomes.filter(({ status }) => status === 'done').length;
  const unchanged = outcomes.length - done - failed;
  const total = `${done} of ${outcomes.length} collections migrated${unchanged > 0 ? `, ${unchanged} as asked for already` : ''}`;
  const open = outcomes.flatMap(({ name, ...outcome }) =>
    outcome.status === 'done' ? openLines(outcome.result as Row).map((line) => `${name}: ${line.trim()}`) : [],
  );
  const gaps = outcomes.flatMap((outcome) => {
    const { target, gap } = outcome.status === 'done' ? (outcome.result as Row) : { gap: null };
    return gap && target ? [renderGap(target.aliases.join(', '), gap)] : [];
  });
  return [
    renderTable(rows, { header: ['collection', '', 'points', 'embedded', 'time', 'now in'], right: [2, 3, 4] }),
    ...gaps,
    ...open,
    ...outcomes.flatMap((each) =>
      each.status === 'failed' && each.error.hint !== null ? [`${each.name}: ${each.error.hint}`] : [],
    ),
    failed === 0 ? total : `${total}; the others are as they were: the same command goes on with them`,
  ].join('\n');
}
