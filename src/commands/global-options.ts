/**
 * Flags that every command takes. They hold no defaults: absent means not typed.
 */
import type { Command } from 'commander';

export interface GlobalFlags {
  /** A file, or false for `--no-config`. */
  readonly config?: string | false;
  readonly url?: string;
  readonly apiKeyFile?: string;
  readonly dataDir?: string;
  readonly format?: string;
  readonly json?: boolean;
  readonly color?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly yes?: boolean;
}

const globalOptions = [
  ['--config <file>', 'Settings file instead of the qdx.config.json found upward'],
  ['--no-config', 'Read no settings file'],
  ['--url <url>', 'Qdrant server; absent: the local one'],
  ['--api-key-file <file>', 'File that holds the API key; - reads it from stdin'],
  ['--data-dir <folder>', 'Storage of the local server'],
  ['--format <name>', 'text, json, or another that the command offers'],
  ['--json', 'Short for --format json'],
  ['--color <when>', 'always or never; absent: as the terminal says'],
  ['-q, --quiet', 'No notes and no progress'],
  ['--verbose', 'Requests, timings and retries too'],
  ['-y, --yes', 'Answer questions with yes'],
] as const;

export const globalOptionsWithValue: ReadonlySet<string> = new Set(
  globalOptions.filter(([flags]) => flags.includes('<')).map(([flags]) => flags.split(' ')[0] ?? ''),
);

export function addGlobalOptions(program: Command): void {
  for (const [flags, description] of globalOptions) program.option(flags, description);
  // `--no-config` alone would make commander set config to true; absent must stay absent.
  program.setOptionValue('config', undefined);
}
