/**
 * Flags that every command takes. They hold no defaults: absent means not typed.
 */
import { type Command, Option } from 'commander';
import { addSettingOptions } from './setting-options.ts';
import { settingRow } from '../core/config/table.ts';

export interface GlobalFlags {
  /** A file, or false for `--no-config`. */
  readonly config?: string | false;
  readonly format?: string;
  readonly json?: boolean;
  readonly progress?: 'bar' | 'lines' | 'json' | 'none';
  readonly color?: 'always' | 'never';
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly yes?: boolean;
}

/** Settings that every command takes as flags. */
const globalSettings = [
  'connection.url',
  'connection.apiKeyFile',
  'connection.dataDir',
  'connection.timeoutMs',
  'connection.retries',
  'connection.retryDeadlineMs',
  'connection.https',
  'connection.insecure',
] as const;

const globalOptions = [
  new Option('--config <file>', 'Settings file instead of the qdx.config.json found upward'),
  new Option('--no-config', 'Read no settings file'),
  new Option('--format <name>', 'text, json, or another that the command offers'),
  new Option('--json', 'Short for --format json'),
  new Option('--progress <how>', 'How to show progress on stderr').choices(['bar', 'lines', 'json', 'none']),
  new Option('--color <when>', 'Colour, whatever the terminal says').choices(['always', 'never']),
  new Option('-q, --quiet', 'No notes and no progress'),
  new Option('--verbose', 'Requests, timings and retries too'),
  new Option('-y, --yes', 'Answer questions with yes'),
];

/** Long flags of the above that are followed by a value. */
export const globalFlagsWithValue: ReadonlySet<string> = new Set([
  ...globalOptions.filter((option) => option.required).map((option) => String(option.long)),
  ...globalSettings
    .map(settingRow)
    .filter((row) => row.value !== undefined)
    .map((row) => `--${row.flag}`),
]);

export function addGlobalOptions(program: Command): void {
  addSettingOptions(program, globalSettings);
  for (const option of globalOptions) program.addOption(option);
}
