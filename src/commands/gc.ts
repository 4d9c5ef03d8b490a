/**
 * `qdx gc`: what runs left behind and which versions were replaced; deleted only by name.
 */
import { lockOwner } from '../core/qdrant/lock.ts';
import { collectGarbage, type GarbageSummary } from '../core/transfer/collect-garbage.ts';
import { formatBytes, formatCount, formatDuration } from '../lib/quantities.ts';
import { renderTable } from '../lib/table.ts';
import type { CommandModule } from './command.ts';
import { addSettingOptions } from './setting-options.ts';
import { shellText } from '../lib/shell-line.ts';

export const gc: CommandModule = {
  examples: ['qdx gc', 'qdx gc docs --keep 2', 'qdx gc --confirm docs', 'qdx gc --keep 0 --confirm docs__1'],
  define: (command) => {
    const repeated = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];
    command
      .argument('[name...]', 'Public names or collections; none: all')
      .option(
        '--confirm <name>',
        'Delete what can go of this name, this collection, or this run of a backup (repeatable)',
        repeated,
      );
    addSettingOptions(command, ['transfer.keep']);
  },
  run: async ({ args, flags }, context) => {
    const { settings } = await context.settings();
    const data = await collectGarbage(
      await context.connect(),
      {
        only: args,
        keep: settings.transfer.keep,
        confirmed: Array.isArray(flags['confirm']) ? flags['confirm'].map(String) : [],
        isYes: context.isYes,
        ask: (question) => context.askText(question),
        scratchFolder: context.folders.cache,
        owner: lockOwner('qdx gc'),
      },
      context,
    );
    return { data: { schemaVersion: 1, ...data }, text: () => renderGarbage(data) };
  },
};

export function renderGarbage(
  { candidates, deleted, backupRuns, strictModes, scans }: GarbageSummary,
  nowMs = Date.now(),
): string {
  const removed = scans.folders === 0 ? [] : [scansLine(scans)];
  removed.push(...strictModes.map(strictModeLine));
  if (candidates.length === 0 && backupRuns.length === 0)
    return [...removed, removed.length > 0 ? 'there is nothing else' : 'there is nothing that qdx left behind'].join(
      '\n',
    );
  const rows = [
    ...candidates.map(({ name, physical, why, command, points, sizeBytes, since, keptBy, isDeleted }) => [
      name,
      physical,
      why === 'staging' ? `staging of ${command}` : 'replaced',
      formatCount(points),
      sizeBytes === null ? '-' : formatBytes(sizeBytes),
      formatDuration(Math.max(0, nowMs - Date.parse(since))),
      isDeleted ? 'deleted' : (keptBy ?? 'can go'),
    ]),
    ...backupRuns.map((run) => runRow(run, nowMs)),
  ];
  const table = renderTable(rows, {
    header: ['NAME', 'COLLECTION', 'WHY', 'POINTS', 'SIZE', 'AGE', 'KEPT BY'],
    right: [3, 4, 5],
  });
  const isFree = (each: { readonly keptBy: string | null; readonly isDeleted: boolean }) =>
    each.keptBy === null && !each.isDeleted;
  const free = new Set([
    ...candidates.filter(isFree).map(({ confirmBy }) => confirmBy),
    ...backupRuns.filter(isFree).map(({ runId }) => runId),
  ]);
  const next = [...free].map((name) => shellText`--confirm ${name}`).join(' ');
  return [
    table,
    ...(deleted > 0 ? [`${deleted} deleted`] : []),
    ...removed,
    ...(free.size > 0 ? [`to delete what can go: qdx gc ${next}`] : []),
  ].join('\n');
}

function runRow(run: GarbageSummary['backupRuns'][number], nowMs: number): string[] {
  const { runId, collections, shards, done, owners, since, keptBy, isDeleted } = run;
  const who = [...new Set(owners.map(({ host }) => host))].join(', ');
  const why = `backup run, ${done.length} of ${shards} shards done${who === '' ? '' : `, by ${who}`}`;
  const age = formatDuration(Math.max(0, nowMs - Date.parse(since)));
  return [runId, collections.join(', '), why, '', '', age, isDeleted ? 'deleted' : (keptBy ?? 'can go')];
}

const strictModeLine = ({ collection, keptBy }: GarbageSummary['strictModes'][number]): string =>
  keptBy === null
    ? `the strict mode of ${collection}, which a killed run had changed for a while, is as it was again`
    : `the strict mode of ${collection} is otherwise for a while: ${keptBy}`;

const scansLine = ({ folders, bytes }: GarbageSummary['scans']): string =>
  `scans of ${folders} ended ${folders === 1 ? 'run' : 'runs'} are removed from this machine (${formatBytes(bytes)})`;
