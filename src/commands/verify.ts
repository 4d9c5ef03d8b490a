/**
 * `qdx verify`: is a backup still what was written; is a collection the same as a backup, another collection or a file?
 */
import { verifyShards } from '../core/transfer/backup-folder/verify-shards.ts';
import { compareCollection } from '../core/transfer/compare-collection.ts';
import { QdxError } from '../lib/errors.ts';
import type { CommandContext, CommandModule, CommandResult } from './command.ts';
import { folderData, renderFolder, renderFolders } from './verify/backup-text.ts';
import { renderComparison } from './verify/comparison-text.ts';
import { shellText } from '../lib/shell-line.ts';

export const verify: CommandModule = {
  examples: [
    'qdx verify backups/docs-1',
    'qdx verify backups/shard-1 backups/shard-2',
    'qdx verify docs --against backups/docs-1',
    'qdx verify docs-copy --against docs --json',
    'qdx verify docs --against vectors.jsonl',
  ],
  define: (command) => {
    command
      .argument('<what...>', 'Folder of a backup, or those of all its shards; with --against a collection')
      .option('--against <other>', 'Compare every point with those of a backup, another collection, or a vectors file');
  },
  run: async ({ args, flags }, context) => {
    if (typeof flags['against'] !== 'string') return checkBackup(args, context);
    if (args.length > 1)
      throw new QdxError('usage', `--against compares one collection, and ${args.length} were named`, {
        hint: shellText`qdx verify ${String(args[0])} --against ${flags['against']}`,
      });
    const params = { collection: String(args[0]), against: flags['against'] };
    const data = await compareCollection(await context.connect(), params, context);
    return {
      data: { schemaVersion: 1, ...data },
      text: (view) => renderComparison(data, view),
      outcome: data.isEqual ? 'done' : 'verification',
    };
  },
};

/** Shards that are sound, and not all there are, are `partial`: they cannot be restored without the others. */
async function checkBackup(named: readonly string[], context: CommandContext): Promise<CommandResult> {
  const report = await verifyShards(named, context);
  const { folders, problems, missing } = report;
  const isSound = problems.length === 0 && folders.every((each) => each.problems.length === 0);
  const outcome = !isSound ? 'verification' : missing.length > 0 ? 'partial' : 'done';
  const [only] = folders;
  if (only && folders.length === 1) {
    const shard = only.manifest?.shard ? { missing } : {};
    return {
      data: { schemaVersion: 1, ...folderData(only), ...shard },
      text: (view) => renderFolder(only, view),
      outcome,
    };
  }
  return {
    data: { schemaVersion: 1, isSound, problems, missing, folders: folders.map(folderData) },
    text: (view) => renderFolders(report, view),
    outcome,
  };
}
