/**
 * Command lines of qdx in texts for people: found, cut into words, and read by the parser of qdx itself, which runs none.
 */
import { CommanderError } from 'commander';
import { createProgram } from '../../src/cli/program.ts';
import { commands } from '../../src/commands/index.ts';
import { typedSettings } from '../../src/commands/setting-options.ts';
import { resolveSettings } from '../../src/core/config/resolve.ts';

/** The words after each `qdx` of a line of shell, up to what ends a command. */
export function qdxCommands(line: string): string[][] {
  const found: string[][] = [];
  let words: string[] | null = null;
  let isStart = true;
  for (const token of tokens(line)) {
    if (ends.has(token)) words = null;
    else if (words !== null) words.push(unquoted(token));
    else if (isStart && token === 'qdx') found.push((words = []));
    isStart = ends.has(token) || (isStart && /^\w+=/.test(token));
  }
  return found;
}

const ends = new Set(['|', '||', '&&', ';', '<', '>', '>>', '<(', '$(', ')', '&', '#']);

/** Quoted text is one token, with its quotes; a comment ends the line. */
function tokens(line: string): string[] {
  const pattern = /(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s|&;<>()"'\\])+|\|\||&&|>>|<\(|\$?\(|[|;<>()&]/g;
  const code = line.replace(/(^|\s)#\s.*$/, '');
  return [...code.matchAll(pattern)].map(([token]) => token);
}

const unquoted = (token: string): string =>
  token.replaceAll(
    /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
    (_all, double?: string, single?: string, one?: string) => double ?? single ?? one ?? '',
  );

/** What is wrong with these words, as qdx would say it; null where it would run them. */
export async function problemOf(words: readonly string[]): Promise<string | null> {
  let isRun = words.length === 0 || words.includes('--help') || words.includes('--version');
  try {
    const program = await createProgram(words, commands, {
      onText: () => {},
      onCommand: async (_module, command) => {
        isRun = true;
        const flags = typedSettings(command);
        if (Object.keys(flags).length === 0) return;
        await resolveSettings({ flags, environment: {}, configFile: false, cwd: '/', configFolder: '/', readStdin });
      },
    });
    if (words.length > 0) await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return null;
    // A key file that is named does not exist here.
    if (error instanceof Error && /cannot read|no such file|key file/i.test(error.message)) return null;
    return (error as Error).message;
  }
  return isRun ? null : 'names no command';
}

const readStdin = () => Promise.resolve('key');
