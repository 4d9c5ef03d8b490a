/**
 * Flags of `qdx migrate` that hold for every way, and what they mean.
 */
import { type Command, Option } from 'commander';
import type { ResolvedSettings } from '../../core/config/resolve.ts';
import type { Connection } from '../../core/qdrant/connection/connection.ts';
import { lockOwner } from '../../core/qdrant/lock.ts';
import { type LayoutChanges, layoutSettings, typedLayout } from '../../core/transfer/migrate/layout-settings.ts';
import type { MigrateLines } from '../../core/transfer/migrate/plan.ts';
import type { Selection } from '../../core/transfer/migrate/several.ts';
import type { MigrateParams } from '../../core/transfer/migrate.ts';
import { QdxError } from '../../lib/errors.ts';
import type { CommandContext, CommandInput } from '../command.ts';
import { listFlag } from '../list-flag.ts';
import { allowGapText, confirmText } from '../name-gap-text.ts';
import { addSettingOptions } from '../setting-options.ts';

type Flags = CommandInput['flags'];

export function addMigrateFlags(command: Command): void {
  const repeated = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];
  command
    .argument('[source]', 'Name or alias, or a pattern: "docs*"')
    .argument('[target]', 'Public name of the new one; absent: as in the source')
    .option('--all', 'Every collection that is in use on the source')
    .option('--configured', 'Every collection that the settings have an entry of')
    .option('--from-url <url>', 'Server of the source; absent: that of the settings')
    .option('--from-api-key-file <file>', 'File that holds its API key')
    .option('--to-url <url>', 'Server of the target; absent: that of the settings')
    .option('--to-api-key-file <file>', 'File that holds its API key')
    .option('--from-peer-url <url>', 'With --via snapshot: API of another peer of the source (repeatable)', repeated)
    .option('--to-peer-url <url>', 'With --via snapshot: API of another peer of the target (repeatable)', repeated)
    .option('--plan', 'Say what would be done, how long it takes and what it needs, and do none of it')
    .option('--dry-run', 'The same as --plan')
    .addOption(
      new Option('--via <how>', "How a copy is made: point by point, or by Qdrant's own snapshot").choices(ways),
    )
    .option('--no-switch', 'Fill and prove it, and leave the names where they lead')
    .option('--no-verify', 'Read nothing twice: points are only counted, writes meanwhile go unnoticed')
    .option('--no-wait', 'Switch in before everything is indexed')
    .option('--allow-shrink', 'Replace a collection by one of less than half its points')
    .option('--allow-empty', 'Replace a collection by an empty one')
    .option('--allow-gap', allowGapText)
    .option('--confirm <collection>', confirmText, repeated)
    .option('--allow-concurrent-writes', 'Go on although the source does not come to rest')
    .option('--restart', 'Remove what unfinished migrations to this name left, and begin again')
    .option('--break-lock', 'Write although another run holds the lock');
  addSettingOptions(command, ['upload.batchSize', 'upload.parallel', 'transfer.settleRounds']);
  addSettingOptions(command, layoutSettings, 'Options of the new layout (absent: as in the source):');
}

const ways = ['points', 'snapshot'] as const;

export async function migrateLines(flags: Flags, context: CommandContext): Promise<MigrateLines> {
  const text = (name: string) => (typeof flags[name] === 'string' ? flags[name] : undefined);
  const place = (side: 'from' | 'to') => ({
    url: text(`${side}Url`),
    apiKeyFile: text(`${side}ApiKeyFile`),
    flag: `--${side}-url`,
  });
  return { from: await context.connectTo(place('from')), to: await context.connectTo(place('to')) };
}

/** Null for one collection by its name. @throws QdxError `usage` for flags that contradict each other. */
export function selectionOf({ args, flags }: CommandInput, { settings }: ResolvedSettings): Selection | null {
  const [source, target] = args;
  const isPattern = source !== undefined && /[*?[{]/u.test(source);
  const asked = [flags['all'] === true, flags['configured'] === true, source !== undefined].filter(Boolean);
  if (asked.length !== 1)
    throw new QdxError(
      'usage',
      asked.length === 0 ? 'which collection? none was named' : 'name collections in one way only',
      {
        hint: 'qdx migrate docs copy, or a pattern ("docs*"), or --all, or --configured',
      },
    );
  if (isPattern && target !== undefined)
    throw new QdxError('usage', `${source} may be several collections, and ${target} is one name`, {
      hint: 'leave the target out: each keeps its name',
    });
  if (flags['all'] === true) return { kind: 'all' };
  if (flags['configured'] === true) return { kind: 'configured', names: Object.keys(settings.collections) };
  return isPattern ? { kind: 'pattern', pattern: source } : null;
}

/** One migration. */
export interface Job {
  readonly source: string;
  readonly target: string | null;
  /** One of several, of which nobody typed the name. */
  readonly isSelected: boolean;
}

/** What every way takes. */
export function migrateParams(
  { source, target, isSelected }: Job,
  flags: Flags,
  { settings }: ResolvedSettings,
  context: CommandContext,
): Omit<MigrateParams, 'strategy'> {
  return {
    source,
    target,
    isSelected,
    batchSize: settings.upload.batchSize,
    parallel: settings.upload.parallel,
    switchNames: flags['switch'] !== false,
    readBack: flags['verify'] !== false,
    waitForIndex: flags['wait'] !== false,
    settleRounds: settings.transfer.settleRounds,
    allowShrink: flags['allowShrink'] === true,
    allowEmpty: flags['allowEmpty'] === true,
    allowGap: flags['allowGap'] === true,
    allowConcurrentWrites: flags['allowConcurrentWrites'] === true,
    breakLock: flags['breakLock'] === true,
    restart: flags['restart'] === true,
    scratchFolder: context.folders.cache,
    confirmed: listFlag(flags, 'confirm'),
    confirm: (question: string) => context.confirm(question),
    ask: (question: string) => context.askText(question),
    owner: lockOwner(`qdx migrate ${source}${target === null ? '' : ` ${target}`}`),
  };
}

export const layoutOf = (to: Connection, { settings, origins }: ResolvedSettings): Promise<LayoutChanges> =>
  typedLayout(to, settings, (path) => origins[path]?.kind === 'flag');
