/**
 * `qdx upload --force`: its flags, and what they ask for.
 */
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { UploadFilesInput } from '../../core/qdrant/upload-files.ts';
import type { OverwriteParams } from '../../core/transfer/overwrite/params.ts';
import { QdxError } from '../../lib/errors.ts';
import type { CommandContext, CommandInput } from '../command.ts';
import { allowGapText } from '../name-gap-text.ts';
import { addSettingOptions } from '../setting-options.ts';

const heading = 'Options of --force:';

const forceFlags = [
  ['--backup-to <folder>', "Where the backup gets a folder of its own; absent: in qdx's data folder"],
  ['--no-backup', 'Make no backup; the old collection is kept all the same'],
  ['--allow-shrink', 'Less than half of the points'],
  ['--allow-empty', 'No points at all'],
  ['--allow-model-change', 'Vectors of another model, or over points of an unknown one'],
  ['--allow-schema-change', 'Another dimension, distance, index or quantization'],
  ['--allow-gap', allowGapText],
  ['--allow-concurrent-writes', 'Leave writes behind that cannot be carried over, held off, or do not end'],
  ['--confirm <collection>', 'The collection that the name leads to, where that is called otherwise'],
] as const;

export function addForceOptions(command: Command): void {
  const add = (flags: string, description: string) =>
    command.addOption(new Option(flags, description).helpGroup(heading));
  add('--force', 'Replace what the collection holds by the file: backup, staging, proof, switch; the old one is kept');
  for (const [flags, description] of forceFlags) add(flags, description);
  addSettingOptions(command, ['transfer.settleRounds'], heading);
}

/** Null without `--force`. @throws QdxError `usage` for a flag of it that stands alone. */
export function forceParams(
  upload: UploadFilesInput,
  flags: CommandInput['flags'],
  context: CommandContext,
): OverwriteParams | null {
  if (flags['force'] !== true) {
    const alone = forceFlags.find(([each]) => {
      const option = new Option(each);
      const typed = flags[option.attributeName()];
      return typed !== undefined && typed !== option.negate;
    });
    if (alone) throw new QdxError('usage', `${alone[0].split(' ')[0]} belongs to --force`, { hint: 'add --force' });
    return null;
  }
  const backupTo = typeof flags['backupTo'] === 'string' ? flags['backupTo'] : join(context.folders.data, 'backups');
  return {
    upload,
    open: {
      allowShrink: flags['allowShrink'] === true,
      allowEmpty: flags['allowEmpty'] === true,
      allowModelChange: flags['allowModelChange'] === true,
      allowSchemaChange: flags['allowSchemaChange'] === true,
      allowGap: flags['allowGap'] === true,
      confirmedName: typeof flags['confirm'] === 'string' ? flags['confirm'] : null,
    },
    backupRoot: flags['backup'] === false ? null : backupTo,
    scratchFolder: context.folders.cache,
    settleRounds: upload.settings.transfer.settleRounds,
    allowConcurrentWrites: flags['allowConcurrentWrites'] === true,
    confirm: (question) => context.confirm(question),
    ask: (question) => context.askText(question),
  };
}
