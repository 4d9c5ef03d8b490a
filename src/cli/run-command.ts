/**
 * Runs one command: signals, context, result to stdout.
 */
import type { Command } from 'commander';
import type { CommandModule, CommandResult, CommandStream } from '../commands/command.ts';
import { createContext } from '../commands/context.ts';
import type { GlobalFlags } from '../commands/global-options.ts';
import { typedSettings } from '../commands/setting-options.ts';
import { exitCodes, type Outcome, QdxError } from '../lib/errors.ts';
import { stringifyJson } from '../lib/json.ts';
import { didYouMean } from '../lib/nearest.ts';
import type { Output } from '../lib/output.ts';
import { listenToSignals } from './signals.ts';

export interface Run {
  readonly process: NodeJS.Process;
  readonly output: Output;
  readonly globals: GlobalFlags;
}

/** Resolves to the exit code; failures are thrown. */
export async function runCommand(module: CommandModule, command: Command, run: Run): Promise<number> {
  const { process, output, globals } = run;
  const format = checkedFormat(globals, module);
  const signals = listenToSignals(process, output);
  const context = createContext({
    process,
    globals,
    output,
    format,
    signal: signals.signal,
    settingFlags: typedSettings(command),
  });
  try {
    const result = await module.run({ args: command.args, flags: flagsOf(command) }, context);
    const outcome = await writeResult(result, output, format, context);
    signals.signal.throwIfAborted();
    return exitCodes[outcome];
  } catch (error) {
    // Whatever an aborted run failed with, it failed because it was asked to stop.
    throw signals.signal.aborted ? signals.signal.reason : error;
  } finally {
    await context.close();
    signals.stop();
  }
}

/** Of a family that is a command itself (`qdx mcp`), the parser gives what both know to the family. */
const flagsOf = (command: Command): Record<string, unknown> => ({
  ...(command.parent?.parent ? command.parent.opts() : {}),
  ...command.opts(),
});

function checkedFormat(globals: GlobalFlags, module: CommandModule): string {
  const known = ['text', 'json', ...(module.formats ?? [])];
  const format = globals.format ?? (globals.json ? 'json' : 'text');
  if (globals.json && format !== 'json')
    throw new QdxError('usage', `--json and --format ${format} contradict each other`, { hint: 'leave one out' });
  if (!known.includes(format))
    throw new QdxError('usage', `this command has no format ${format}: it knows ${known.join(', ')}`, {
      hint: didYouMean(format, known) ?? 'choose one of them with --format',
    });
  return format;
}

async function writeResult(
  result: CommandResult | CommandStream,
  output: Output,
  format: string,
  talk: { endProgress(): void },
): Promise<Outcome> {
  if ('lines' in result) return writeStream(result, output, format);
  talk.endProgress();
  if (format === 'json') await output.json(stringifyJson(versioned(result.data)));
  else {
    const text = (result.formats?.[format] ?? result.text)(output.view);
    await (format === 'jsonl' ? output.json(text) : output.data(text));
  }
  return result.outcome ?? 'done';
}

async function writeStream(result: CommandStream, output: Output, format: string): Promise<Outcome> {
  const isJson = format.startsWith('json');
  for await (const line of result.lines) {
    await (isJson ? output.json(line) : output.data(line));
    if (output.closed) return 'done';
  }
  return result.outcome?.() ?? 'done';
}

/** Every document says which shape it has; a command may say its own number, and a document with a `$schema` has one. */
const versioned = (data: unknown): unknown =>
  typeof data === 'object' && data !== null && !Array.isArray(data) && !('$schema' in data)
    ? { schemaVersion: 1, ...data }
    : data;
