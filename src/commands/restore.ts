/**
 * `qdx restore`: a backup back into a server, proven before any name leads to it.
 */
import { addSettingOptions } from './setting-options.ts';
import { lockOwner } from '../core/qdrant/lock.ts';
import { restore as restoreBackup, type RestoredCollection, type RestoreSummary } from '../core/transfer/restore.ts';
import { counted, formatCount, formatDuration } from '../lib/quantities.ts';
import type { CommandModule } from './command.ts';
import { listFlag } from './list-flag.ts';
import { shellText } from '../lib/shell-line.ts';
import { allowGapText, confirmText, gapToCome, renderGap } from './name-gap-text.ts';

export const restore: CommandModule = {
  examples: [
    'qdx restore backups/docs-1 --dry-run',
    'qdx restore backups/docs-1 --as docs-restored',
    'qdx restore backups/everything --select docs --yes',
    'qdx restore backups/docs-1 backups/docs-2 --as docs-restored',
  ],
  define: (command) => {
    const repeated = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];
    command
      .argument('<backup...>', 'Folder that qdx backup wrote; of shards, all of them')
      .option('--as <name>', 'Another public name than it had; for one collection')
      .option('--select <glob>', 'Only collections whose name or alias matches (repeatable)', repeated)
      .option('--dry-run', 'Check the backup and say what would be done, change nothing')
      .option(
        '--peer-url <url>',
        'Of snapshots: API of another peer of the cluster, where it is not at the same port (repeatable)',
        repeated,
      )
      .option('--allow-shrink', 'Replace a collection by one of less than half its points')
      .option('--allow-empty', 'Replace a collection by an empty one')
      .option('--allow-gap', allowGapText)
      .option('--confirm <collection>', confirmText, repeated)
      .option(
        '--allow-concurrent-writes',
        'Delete such a collection also where writers cannot be held off: stop them first',
      )
      .option('--no-wait', 'Switch in before everything is indexed')
      .option('--break-lock', 'Write although another run holds the lock');
    addSettingOptions(command, ['upload.batchSize', 'upload.parallel']);
  },
  run: async ({ args, flags }, context) => {
    const { settings } = await context.settings();
    const data = await restoreBackup(
      await context.connect(),
      {
        folder: String(args[0]),
        otherFolders: args.slice(1),
        select: listFlag(flags, 'select'),
        peerUrls: listFlag(flags, 'peerUrl'),
        ...(typeof flags['as'] === 'string' && { as: flags['as'] }),
        dryRun: flags['dryRun'] === true,
        allowShrink: flags['allowShrink'] === true,
        allowEmpty: flags['allowEmpty'] === true,
        allowGap: flags['allowGap'] === true,
        allowConcurrentWrites: flags['allowConcurrentWrites'] === true,
        scratchFolder: context.folders.cache,
        waitForIndex: flags['wait'] !== false,
        breakLock: flags['breakLock'] === true,
        batchSize: settings.upload.batchSize,
        parallel: settings.upload.parallel,
        confirmed: listFlag(flags, 'confirm'),
        confirm: (question) => context.confirm(question),
        ask: (question) => context.askText(question),
        owner: lockOwner(`qdx restore ${String(args[0])}`),
      },
      context,
    );
    const isWhole = data.collections.every(({ notRestored }) => notRestored.length === 0);
    return {
      data: { schemaVersion: 1, ...data },
      text: () => renderRestore(data),
      outcome: isWhole ? 'done' : 'partial',
    };
  },
};

export function renderRestore({ collections, folder, durationMs, dryRun }: RestoreSummary): string {
  const lines = collections.flatMap((collection) => [
    renderCollection(collection, dryRun),
    ...(collection.gap ? [`  ${renderGap(collection.aliases.join(', '), collection.gap)}`] : []),
    ...(dryRun && collection.leavesGap ? [`  ${gapToCome(collection.aliases.join(', '))}`] : []),
    ...leftBehindLines(collection),
    ...collection.notRestored.map((what) => `  not as it was: ${what}`),
  ]);
  return dryRun
    ? [...lines, `${folder} is sound; nothing was changed (--dry-run)`].join('\n')
    : [...lines, `restored from ${folder} in ${formatDuration(durationMs)}`].join('\n');
}

function renderCollection(collection: RestoredCollection, dryRun: boolean): string {
  const { aliases, physical, points, replaced, isUnchanged } = collection;
  const names = aliases.join(', ');
  if (isUnchanged)
    return `${names} -> ${physical}: restored from this backup before, and its ${counted(points, 'points are')} just that; nothing to do`;
  const before = replaced.length > 0 ? `; ${replaced.join(', ')} is kept` : '';
  return dryRun
    ? `${names} would lead to ${physical}, with ${counted(points, 'points')}${before}`
    : `${names} -> ${physical}: ${counted(points, 'points')}, each read back and compared${before}`;
}

/** Nothing where nobody wrote. */
function leftBehindLines({ aliases, physical, leftBehind }: RestoredCollection): string[] {
  const names = aliases.join(', ');
  return (leftBehind ?? []).map(
    ({ collection, inserted, changed, deleted, first }) =>
      `  ${collection} was written to while this ran: ${counted(inserted, 'points')} inserted, ${formatCount(changed)} changed, ` +
      `${formatCount(deleted)} deleted (the first: ${first.slice(0, 3).join(', ')}). That is in ${collection} alone, not under ${names}; ` +
      shellText`to see it: qdx verify ${collection} --against ${physical}`,
  );
}
