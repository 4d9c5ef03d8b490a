/**
 * `qdx verify`: is a backup still what was written; is a collection the same as a backup, another collection or a file?
 */
import { type BackupReport, verifyBackup } from '../core/transfer/backup-folder/verify-backup.ts';
import { compareCollection } from '../core/transfer/compare-collection.ts';
import type { View } from '../lib/output.ts';
import { formatBytes, formatCount } from '../lib/quantities.ts';
import { paint } from '../lib/style.ts';
import type { CommandContext, CommandModule, CommandResult } from './command.ts';
import { renderComparison } from './verify-comparison.ts';

export const verify: CommandModule = {
  examples: [
    'qdx verify backups/docs-1',
    'qdx verify docs --against backups/docs-1',
    'qdx verify docs-copy --against docs --json',
    'qdx verify docs --against vectors.jsonl',
  ],
  define: (command) => {
    command
      .argument('<what>', 'Folder of a backup; with --against a collection')
      .option('--against <other>', 'Compare every point with those of a backup, another collection, or a vectors file');
  },
  run: async ({ args, flags }, context) => {
    const what = String(args[0]);
    if (typeof flags['against'] !== 'string') return checkBackup(what, context);
    const params = { collection: what, against: flags['against'] };
    const data = await compareCollection(await context.connect(), params, context);
    return {
      data: { schemaVersion: 1, ...data },
      text: (view) => renderComparison(data, view),
      outcome: data.isEqual ? 'done' : 'verification',
    };
  },
};

async function checkBackup(folder: string, context: CommandContext): Promise<CommandResult> {
  const report = await verifyBackup(folder, context);
  const { manifest, problems, ...figures } = report;
  const isSound = problems.length === 0;
  return {
    data: { schemaVersion: 1, ...figures, isSound, problems, collections: summarize(manifest) },
    text: (view) => renderReport(report, view),
    outcome: isSound ? 'done' : 'verification',
  };
}

const summarize = (manifest: BackupReport['manifest']) =>
  (manifest?.collections ?? []).map(({ parts, description: _description, ...rest }) => ({
    ...rest,
    parts: parts.length,
  }));

function renderReport(report: BackupReport, view: View): string {
  const { folder, manifest, problems, filesRead, bytesRead, pointsRead } = report;
  const lines = problems.map(({ message }) => `${paint(view, 'red', 'wrong:')} ${message}`);
  if (problems.length > 0)
    return [
      ...lines,
      `${problems.length} problem${problems.length === 1 ? '' : 's'} in ${folder}: take another copy of it, or make a new backup`,
    ].join('\n');
  const collections = (manifest?.collections ?? []).map(
    ({ name, aliases, points, consistency }) =>
      `${[name, ...aliases].join(', ')}: ${formatCount(points)} points (${consistency})`,
  );
  return [
    ...collections,
    `${folder} is sound: ${pointsRead > 0 ? `${formatCount(pointsRead)} points in ` : ''}${filesRead} files, ${formatBytes(bytesRead)}, every hash as written`,
  ].join('\n');
}
