/**
 * What `qdx verify` says of a backup: of one folder, and of the folders of all shards together.
 */
import type { BackupReport } from '../../core/transfer/backup-folder/verify-backup.ts';
import type { ShardsReport } from '../../core/transfer/backup-folder/verify-shards.ts';
import type { View } from '../../lib/output.ts';
import { counted, formatBytes, formatCount } from '../../lib/quantities.ts';
import { paint } from '../../lib/style.ts';

/** For `--json`. */
export function folderData({ manifest, problems, ...figures }: BackupReport): Readonly<Record<string, unknown>> {
  const collections = (manifest?.collections ?? []).map(
    ({ parts, description: _description, covers: _covers, ...rest }) => ({ ...rest, parts: parts.length }),
  );
  const shard = manifest?.shard ? { shard: manifest.shard } : {};
  return { ...figures, isSound: problems.length === 0, problems, collections, ...shard };
}

export function renderFolder(report: BackupReport, view: View): string {
  const { folder, manifest, problems, filesRead, bytesRead, pointsRead } = report;
  if (problems.length > 0) return [...problems.map((each) => wrong(each.message, view)), countOf(report)].join('\n');
  const collections = (manifest?.collections ?? []).map(
    ({ name, aliases, points, consistency }) =>
      `${[name, ...aliases].join(', ')}: ${counted(points, 'points')} (${consistency})`,
  );
  const shard = manifest?.shard;
  const part = shard
    ? [`it is shard ${shard.shard} of ${shard.shards} of run ${shard.runId}, no whole backup: name the others too`]
    : [];
  return [
    ...collections,
    `${folder} is sound: ${pointsRead > 0 ? `${counted(pointsRead, 'points')} in ` : ''}${counted(filesRead, 'files')}, ${formatBytes(bytesRead)}, every hash as written`,
    ...part,
  ].join('\n');
}

export function renderFolders({ folders, problems, missing }: ShardsReport, view: View): string {
  const faulty = folders.filter((each) => each.problems.length > 0);
  const lines = [...faulty.map((each) => renderFolder(each, view)), ...problems.map((each) => wrong(each, view))];
  if (lines.length > 0) return lines.join('\n');
  const points = formatCount(folders.reduce((sum, { pointsRead }) => sum + pointsRead, 0));
  const sound = folders.map(({ folder, pointsRead, manifest }) => {
    const shard = manifest?.shard ? `shard ${manifest.shard.shard} of ${manifest.shard.shards}, ` : '';
    return `${folder} is sound: ${shard}${counted(pointsRead, 'points')}`;
  });
  const whole =
    missing.length === 0
      ? `together they are the whole backup: ${points} points, each id in the range of one shard`
      : wrong(`no whole backup: ${missing.length === 1 ? 'shard' : 'shards'} ${missing.join(', ')} missing`, view);
  return [...sound, whole].join('\n');
}

const wrong = (message: string, view: View): string => `${paint(view, 'red', 'wrong:')} ${message}`;

const countOf = ({ folder, problems }: BackupReport): string =>
  `${problems.length} problem${problems.length === 1 ? '' : 's'} in ${folder}: take another copy of it, or make a new backup`;
