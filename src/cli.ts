/**
 * The program: parse, run, the single catch, outcome -> exit code.
 */
import { CommanderError } from 'commander';
import { asksForJson, completionWord, typedCommands } from './cli/argv.ts';
import { type Commands, commandWords, createProgram } from './cli/program.ts';
import { reportError } from './cli/report-error.ts';
import { usageError } from './cli/usage-error.ts';
import { type GlobalFlags, globalFlagsWithValue } from './commands/global-options.ts';
import { commands as builtIn } from './commands/index.ts';
import { secretsOfEnvironment } from './core/config/table.ts';
import { exitCodes, QdxError } from './lib/errors.ts';
import { createOutput, type Output } from './lib/output.ts';

/**
 * Sets process.exitCode and does not exit, so that what was written arrives.
 * @param commands Others than qdx's own only in tests of this spine.
 */
export async function main(process: NodeJS.Process, commands: Commands = builtIn): Promise<void> {
  const argv = process.argv.slice(2);
  const output = createOutput({ stdout: process.stdout, stderr: process.stderr, environment: process.env });
  for (const secret of secretsOfEnvironment(process.env)) output.redactor.add(secret);
  const command = commandWords(typedCommands(argv, globalFlagsWithValue), commands);
  const report = (error: unknown) => reportError(error, { output, asJson: asksForJson(argv), command });
  // What no promise carries to the catch below: an event of a stream or a server that nobody listens to.
  // oxlint-disable-next-line unicorn/no-process-exit -- after such an error nothing can be relied on
  process.once('uncaughtException', (error) => process.exit(report(error)));
  try {
    const run = argv[0] === completionWord ? completeWords : runWords;
    process.exitCode = await run(argv, { process, commands, output });
  } catch (error) {
    process.exitCode = report(error);
  }
}

interface Run {
  readonly process: NodeJS.Process;
  readonly commands: Commands;
  readonly output: Output;
}

/** Resolves to the exit code. */
async function runWords(argv: readonly string[], { process, commands, output }: Run): Promise<number> {
  let exitCode: number = exitCodes.done;
  let hasRun = false;
  const texts: string[] = [];
  const program = await createProgram(argv, commands, {
    onText: (text) => texts.push(text),
    onCommand: async (module, command) => {
      // Help needs none of it.
      const { runCommand } = await import('./cli/run-command.ts');
      const globals = program.opts<GlobalFlags>();
      output.choose({ ...globals, talkJson: globals.progress === 'json' });
      hasRun = true;
      exitCode = await runCommand(module, command, { process, output, globals });
    },
  });
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw await usageError(error, program, typedCommands(argv, globalFlagsWithValue));
  }
  if (hasRun || texts.length > 0) {
    await output.data(texts.join(''));
    return exitCode;
  }
  // Behind `--` nothing is a command any more.
  throw new QdxError('usage', 'qdx needs a command in front of --', { hint: 'see qdx --help' });
}

/** For the scripts of `qdx completion`; no command runs. */
async function completeWords([, ...words]: readonly string[], { process, commands, output }: Run): Promise<number> {
  const { completionAnswer } = await import('./cli/complete/complete.ts');
  const programFor = (typed: readonly string[]) =>
    createProgram(typed, commands, { onText: () => {}, onCommand: async () => {} });
  await output.data(await completionAnswer(words, { commands, programFor, process }));
  return exitCodes.done;
}
