/**
 * `qdx rollback`: a name leads again to the version before.
 */
import { lockOwner } from '../core/qdrant/lock.ts';
import { rollback as rollBack, type RollbackSummary } from '../core/transfer/rollback.ts';
import { formatCount, formatDuration } from '../lib/quantities.ts';
import type { CommandModule } from './command.ts';
import { resultOrUnchanged } from './unchanged.ts';
import { shellText } from '../lib/shell-line.ts';

export const rollback: CommandModule = {
  examples: ['qdx rollback docs --dry-run', 'qdx rollback docs', 'qdx rollback docs --to docs__3 --yes'],
  define: (command) => {
    command
      .argument('<collection>', 'Public name')
      .option('--to <version>', 'Version to go back to, by its name or number; absent: the one before')
      .option('--dry-run', 'Compare both versions and say what would be, change nothing')
      .option('--break-lock', 'Switch although another run holds the lock');
  },
  run: async ({ args, flags }, context) => {
    const [name = ''] = args;
    const connection = await context.connect();
    const params = {
      name,
      ...(typeof flags['to'] === 'string' && { to: flags['to'] }),
      dryRun: flags['dryRun'] === true,
      breakLock: flags['breakLock'] === true,
      confirm: (question: string) => context.confirm(question),
      owner: lockOwner(`qdx rollback ${name}`),
    };
    return resultOrUnchanged(async () => {
      const data = await rollBack(connection, params, context);
      return { data: { schemaVersion: 1, ...data }, text: () => renderRollback(data) };
    });
  },
};

export function renderRollback(summary: RollbackSummary): string {
  const { name, from, to, pointsFrom, pointsTo, onlyInNewer, onlyInOlder, changed, isProven, dryRun } = summary;
  const proof = isProven
    ? 'equal in every byte to what was noted when it was replaced'
    : 'what it held when it was replaced was not noted: it is taken as it is';
  const lines = [
    `${name} ${dryRun ? 'would lead' : 'leads'} to ${to} (${formatCount(pointsTo)} points; ${proof})`,
    `${formatCount(onlyInNewer.count)} points are only in ${from}${firstOf(onlyInNewer.first)}, ` +
      `${formatCount(onlyInOlder.count)} only in ${to}, ${formatCount(changed)} differ`,
  ];
  if (dryRun) return [...lines, 'nothing was changed (--dry-run)'].join('\n');
  const undo = `${from} (${formatCount(pointsFrom)} points) is kept; back to it: ${shellText`qdx rollback ${name}`}`;
  return [...lines, `${undo} (${formatDuration(summary.durationMs)})`].join('\n');
}

const firstOf = (ids: readonly string[]): string => (ids.length === 0 ? '' : ` (the first: ${ids[0] ?? ''})`);
