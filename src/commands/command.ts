/**
 * What a command is: flags, one core call, one render.
 */
import type { Command } from 'commander';
import type { Writable } from 'node:stream';
import type { ResolvedSettings } from '../core/config/resolve.ts';
import type { Connection } from '../core/qdrant/connection/connection.ts';
import type { Outcome } from '../lib/errors.ts';
import type { OnEvent } from '../lib/events.ts';
import type { View } from '../lib/output.ts';

export interface CommandInput {
  /** Positional arguments, as typed. */
  readonly args: readonly string[];
  /** Flags of this command, as commander names them; only what was typed (parsers hold no defaults). Settings come from
   * `context.settings()`. */
  readonly flags: Readonly<Record<string, unknown>>;
}

export interface ServerPlace {
  readonly url: string | undefined;
  readonly apiKeyFile: string | undefined;
  /** The flag that named the URL, for hints. */
  readonly flag: string;
}

export interface CommandContext {
  /** Settings from flags, environment, files and defaults; for a named collection with its entry and preset applied. */
  settings(collection?: string): Promise<ResolvedSettings>;
  /** The server that the settings name, or the local one, started if need be. */
  connect(): Promise<Connection>;
  /**
   * Another server, named by a flag (`--to-url`). It gets the key of that file and no other: the settings' key is for the
   * settings' server. Without a URL, or with the same one and no file: as `connect`.
   */
  connectTo(place: ServerPlace): Promise<Connection>;
  /** Folders of this user: models and vectors are cached, the local server keeps its data. */
  readonly folders: { readonly cache: string; readonly data: string; readonly config: string; readonly cwd: string };
  /** Values of the environment that core takes as parameters (hub token, endpoint, offline). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  /** Stdout for a protocol: from then on nothing else in this process reaches it. */
  claimStdout(): Writable;
  /** What was asked for with `--format` or `--json`; `text` if nothing was. One of those that the module names. */
  readonly format: string;
  /** How stdout is shown. */
  readonly view: View;
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
  /**
   * Asks on a terminal; `--yes` answers yes.
   * @throws usage where nobody can be asked and `--yes` was not given.
   */
  confirm(question: string): Promise<boolean>;
  /** The command as it was typed, quoted for a POSIX shell; secrets are blanked. */
  commandLine(): string;
  /** The words that start this very qdx from any folder, by whoever has no PATH of npm's: node, and the program. */
  readonly program: readonly string[];
  /** `--yes` was typed. */
  readonly isYes: boolean;
  /** What is typed on a terminal after a question that `--yes` does not answer; null where nobody can be asked. */
  askText(question: string): Promise<string | null>;
}

/** One result: stdout gets its text, or `data` as one JSON document. */
export interface CommandResult {
  readonly data: unknown;
  readonly text: (view: View) => string;
  /** Other values of `--format` that this command knows (`csv`, `md`, `files`, `jsonl`, `prometheus`). */
  readonly formats?: Readonly<Record<string, (view: View) => string>>;
  /** How it ended, where that is not `done`. */
  readonly outcome?: Outcome;
}

/** A stream of ready lines (already in the asked format), for what must not be held in memory. */
export interface CommandStream {
  readonly lines: AsyncIterable<string>;
  readonly outcome?: () => Outcome;
}

export interface CommandModule {
  /** Values of `--format` besides `text` and `json`; others are refused before the command runs. */
  readonly formats?: readonly string[];
  /** Command lines for the help, each one to be typed as it stands: `qdx search "open a file" -c docs`. */
  readonly examples?: readonly string[];
  /** Adds arguments and options (those of settings with `addSettingOptions`); never a default (defaults live in the settings schema). */
  readonly define: (command: Command) => void;
  readonly run: (input: CommandInput, context: CommandContext) => Promise<CommandResult | CommandStream>;
}

/** A command that is a family (`qdx collections adopt`): each member is a module of its own. */
export interface CommandEntry {
  readonly summary: string;
  readonly load?: () => Promise<CommandModule>;
  readonly members?: Readonly<Record<string, CommandEntry>>;
}
