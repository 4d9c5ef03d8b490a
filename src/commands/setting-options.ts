/**
 * Flags of settings: a command names the settings it takes, and what was typed becomes the `flag` layer of the resolver
 * with no mapping by hand. The flags hold no defaults; absent means not typed.
 */
import { type Command, Option } from 'commander';
import { settingRow, type SettingPath } from '../core/config/table.ts';

/** An option of commander that knows its setting. */
export class SettingOption extends Option {
  readonly settingPath: SettingPath;

  constructor(path: SettingPath, flags: string, description: string) {
    super(flags, description);
    this.settingPath = path;
  }
}

/**
 * Adds the flags of these settings to a command: `addSettingOptions(command, ['embed.model', 'upload.batchSize'])`.
 * @param heading Of their own in the help; absent: among the other options.
 */
export function addSettingOptions(command: Command, paths: readonly SettingPath[], heading?: string): void {
  for (const option of paths.flatMap(settingOptions))
    command.addOption(heading === undefined ? option : option.helpGroup(heading));
}

/** Settings typed on this command or on those above it, by path, as text, not yet checked. */
export function typedSettings(command: Command): Record<string, unknown> {
  const typed: Record<string, unknown> = command.parent ? typedSettings(command.parent) : {};
  for (const option of command.options) {
    if (!(option instanceof SettingOption)) continue;
    const name = option.attributeName();
    if (command.getOptionValueSource(name) === 'cli') typed[option.settingPath] = command.getOptionValue(name);
  }
  return typed;
}

function settingOptions(path: SettingPath): SettingOption[] {
  const row = settingRow(path);
  if (row.flag === undefined) throw new Error(`setting ${path} has no flag`);
  const short = row.short ? `-${row.short}, ` : '';
  if (row.type === 'switch') {
    // The positive form first: with the negated one alone commander would invent the default true.
    const on = new SettingOption(path, `--${row.flag}`, row.description);
    const off = new SettingOption(path, `--no-${row.flag}`, row.off ?? row.description);
    return [on.hideHelp(row.off !== undefined), off.hideHelp(row.off === undefined)];
  }
  const option = new SettingOption(path, `${short}--${row.flag} ${row.value ?? '<value>'}`, row.description);
  if (row.type === 'list')
    option.argParser((value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value]);
  return [option];
}
