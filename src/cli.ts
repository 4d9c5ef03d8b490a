/**
 * The program: parse, run, the single catch, outcome -> exit code.
 */
import { CommanderError } from 'commander';
import { asksForJson, typedCommands } from './cli/argv.ts';
import { createProgram } from './cli/program.ts';
import { reportError, usageError } from './cli/report-error.ts';
import { runCommand } from './cli/run-command.ts';
import { type GlobalFlags, globalFlagsWithValue } from './commands/global-options.ts';
import { exitCodes } from './lib/errors.ts';
import { createOutput } from './lib/output.ts';

/** Sets process.exitCode and never exits, so that what was written arrives. */
export async function main(process: NodeJS.Process): Promise<void> {
  const argv = process.argv.slice(2);
  const output = createOutput({ stdout: process.stdout, stderr: process.stderr, environment: process.env });
  const texts: string[] = [];
  const program = await createProgram(argv, {
    onText: (text) => texts.push(text),
    onCommand: async (module, command) => {
      const globals = program.opts<GlobalFlags>();
      output.choose({ ...globals, talkJson: globals.progress === 'json' });
      process.exitCode = await runCommand(module, command, { process, output, globals });
    },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    const shown = error instanceof CommanderError && (error.exitCode === 0 || argv.length === 0);
    if (argv.length === 0) program.outputHelp();
    const reason =
      error instanceof CommanderError ? usageError(error, program, typedCommands(argv, globalFlagsWithValue)) : error;
    process.exitCode = shown ? exitCodes.done : reportError(reason, output, asksForJson(argv));
  }
  await output.data(texts.join(''));
}
