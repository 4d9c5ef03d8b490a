/**
 * `qdx backup`: collections into a folder that travels.
 */
import { Option } from 'commander';
import { addSettingOptions } from './setting-options.ts';
import { lockOwner } from '../core/qdrant/lock.ts';
import { backUp, type BackupParams, type BackupSummary } from '../core/transfer/backup.ts';
import { pointFilter } from '../core/transfer/points/point-filter.ts';
import { QdxError } from '../lib/errors.ts';
import { counted, formatBytes, formatDuration } from '../lib/quantities.ts';
import { version } from '../version.ts';
import type { CommandInput, CommandModule } from './command.ts';
import { listFlag } from './list-flag.ts';
import { shardFlags } from './shard-flags.ts';
import { shellText } from '../lib/shell-line.ts';

export const backup: CommandModule = {
  examples: [
    'qdx backup docs --to backups/docs-1',
    'qdx backup --all --to backups/everything --compress gzip',
    'qdx backup docs --snapshot --to backups/docs-snapshot',
    'qdx backup --collections "docs*" --to backups/docs --filter language=go --strict',
    'qdx backup docs --to backups/docs-1 --shard 1/2 --run nightly',
  ],
  define: (command) => {
    const repeated = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];
    command
      .argument('[collection...]', 'Names or aliases')
      .requiredOption(
        '--to <folder>',
        'Where to: a new or empty folder, or one with an unfinished backup to go on with',
      )
      .option('--all', 'Every collection of the server')
      .option('--collections <glob>', 'Collections whose name or alias matches (repeatable)', repeated)
      .option(
        '--filter <condition>',
        'Only points that match: key=value, or a Qdrant filter as JSON (repeatable)',
        repeated,
      )
      .addOption(new Option('--compress <how>', 'Smaller and slower').choices(['none', 'gzip']))
      .option('--snapshot', "Qdrant's own snapshot of each collection, instead of its points")
      .option(
        '--peer-url <url>',
        'With --snapshot: API of another peer of the cluster, where it is not at the same port (repeatable)',
        repeated,
      )
      .option('--strict', 'Fail where a collection was changed while it was read')
      .option('--no-second-scan', 'Compare counts only, instead of reading everything twice')
      .option('--part-points <n>', 'Points of a part; absent: about 64 MB')
      .option('--shard <i/n>', 'Back up one of n parts on this machine, from 1/n to n/n; needs --run')
      .option('--run <id>', 'Name of the backup that the shards are parts of')
      .option('--break-lock', 'With --shard: read although another run holds the lock');
    addSettingOptions(command, ['upload.parallel', 'transfer.shardWaitMs']);
  },
  run: async ({ args, flags }, context) => {
    const { settings } = await context.settings();
    const filter = pointFilter(listFlag(flags, 'filter'));
    const partPoints = partPointsOf(flags);
    const data = await backUp(
      await context.connect(),
      {
        selection: { names: args, patterns: listFlag(flags, 'collections'), all: flags['all'] === true },
        folder: String(flags['to']),
        compression: flags['compress'] === 'gzip' ? 'gzip' : 'none',
        snapshot: flags['snapshot'] === true,
        peerUrls: listFlag(flags, 'peerUrl'),
        secondScan: flags['secondScan'] !== false,
        strict: flags['strict'] === true,
        parallel: settings.upload.parallel,
        qdxVersion: version,
        ...(filter !== undefined && { filter }),
        ...(partPoints !== undefined && { partPoints }),
        ...shardOf(flags, settings.transfer.shardWaitMs),
      },
      context,
    );
    return { data: { schemaVersion: 1, ...data }, text: () => renderBackup(data) };
  },
};

/** Empty without `--shard`, and for one of one. */
function shardOf(flags: CommandInput['flags'], patienceMs: number): Pick<BackupParams, 'shard'> {
  const { shard, runId } = shardFlags(flags);
  if (runId === undefined || shard.shards === 1) return {};
  const owner = lockOwner(`qdx backup --shard ${shard.shard}/${shard.shards} --run ${runId}`);
  return { shard: { ...shard, runId, owner, patienceMs, breakLock: flags['breakLock'] === true } };
}

function partPointsOf(flags: CommandInput['flags']): number | undefined {
  const typed = flags['partPoints'];
  if (typed === undefined) return undefined;
  const points = Number(typed);
  if (Number.isInteger(points) && points > 0) return points;
  throw new QdxError('usage', `--part-points ${JSON.stringify(typed)}: expected a whole number from 1 on`);
}

const labels: Readonly<Record<BackupSummary['collections'][number]['consistency'], string>> = {
  scroll: 'nothing changed meanwhile',
  'scroll-while-writing': 'it was changed meanwhile',
  'scroll-unchecked': 'only counts were compared',
  snapshot: 'nothing changed meanwhile',
  'snapshot-while-writing': 'it was changed meanwhile',
  'snapshot-unchecked': 'its points were not hashed',
};

const snapshotsText = (count: number): string =>
  count === 1 ? 'as a snapshot of Qdrant' : `as ${count} snapshots of Qdrant, one of each shard`;

export function renderBackup(summary: BackupSummary): string {
  const { collections, folder, points, sizeBytes, durationMs, resumed, shard } = summary;
  const lines = collections.map(({ name, aliases, points, parts, consistency, snapshot, shardSnapshots }) => {
    const display = aliases.length > 0 ? `${aliases.join(', ')} (${name})` : name;
    const count = shardSnapshots?.length ?? 1;
    const how = snapshot || shardSnapshots ? snapshotsText(count) : parts === 1 ? 'in one part' : `in ${parts} parts`;
    return `${display}: ${counted(points, 'points')} ${how}; ${labels[consistency]}`;
  });
  const took = `${formatDuration(durationMs)}${resumed ? ', after an earlier run' : ''}`;
  lines.push(`${counted(points, 'points')}, ${formatBytes(sizeBytes)} in ${folder} (${took})`);
  if (shard)
    lines.push(
      `this is shard ${shard.shard} of ${shard.shards} of run ${shard.runId}: the backup is whole with the others`,
    );
  const next = shard ? 'qdx verify <folders of all shards>' : shellText`qdx verify ${folder}`;
  return [...lines, `next: ${next}`].join('\n');
}
