/**
 * `qdx verify`: is a backup still what was written?
 */
import { type BackupReport, verifyBackup } from '../core/transfer/backup-folder/verify-backup.ts';
import { formatBytes, formatCount } from '../lib/quantities.ts';
import type { View } from '../lib/output.ts';
import { paint } from '../lib/style.ts';
import type { CommandModule } from './command.ts';

export const verify: CommandModule = {
  examples: ['qdx verify backups/docs-1', 'qdx verify backups/docs-1 --json'],
  define: (command) => {
    command.argument('<backup>', 'Folder that qdx backup wrote');
  },
  run: async ({ args }, context) => {
    const data = await verifyBackup(String(args[0]), context);
    const { manifest, problems, ...figures } = data;
    return {
      data: {
        schemaVersion: 1,
        ...figures,
        isSound: problems.length === 0,
        problems,
        collections: summarize(manifest),
      },
      text: (view) => renderReport(data, view),
      outcome: problems.length === 0 ? 'done' : 'verification',
    };
  },
};

const summarize = (manifest: BackupReport['manifest']) =>
  (manifest?.collections ?? []).map(({ parts, description: _description, ...rest }) => ({
    ...rest,
    parts: parts.length,
  }));

export function renderReport(
  { folder, manifest, problems, filesRead, bytesRead, pointsRead }: BackupReport,
  view: View,
) {
  const lines = problems.map(({ message }) => `${paint(view, 'red', 'wrong:')} ${message}`);
  if (problems.length > 0)
    return [...lines, `${problems.length} problems in ${folder}: take another copy of it, or make a new backup`].join(
      '\n',
    );
  const collections = (manifest?.collections ?? []).map(
    ({ name, aliases, points, consistency }) =>
      `${[name, ...aliases].join(', ')}: ${formatCount(points)} points (${consistency})`,
  );
  return [
    ...collections,
    `${folder} is sound: ${formatCount(pointsRead)} points in ${filesRead} files, ${formatBytes(bytesRead)}, every hash as written`,
  ].join('\n');
}
