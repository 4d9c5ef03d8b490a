/**
 * What can be told from the typed words before they are parsed: which commands to load, and how errors are to look.
 */

/** What the scripts of `qdx completion` call: `qdx __complete SHELL INDEX WORD...`, INDEX counting from 0. */
export const completionWord = '__complete';

/** The words before `--` that are neither flags nor values of the given ones: `['config', 'show']`. */
export function typedCommands(argv: readonly string[], flagsWithValue: ReadonlySet<string>): string[] {
  const words: string[] = [];
  const typed = beforeDashes(argv);
  for (let index = 0; index < typed.length; index++) {
    const word = typed[index] ?? '';
    if (flagsWithValue.has(word)) index++;
    else if (!word.startsWith('-')) words.push(word);
  }
  return words[0] === 'help' ? words.slice(1) : words;
}

/** Whether `--json` or `--format json` was typed, right or wrong as the rest may be. */
export const asksForJson = (argv: readonly string[]): boolean =>
  beforeDashes(argv).some(
    (word, index, words) =>
      word === '--json' || word === '--format=json' || (word === 'json' && words[index - 1] === '--format'),
  );

export const asksForHelp = (argv: readonly string[]): boolean => {
  const typed = beforeDashes(argv);
  return typed.includes('-h') || typed.includes('--help') || typed.find((word) => !word.startsWith('-')) === 'help';
};

function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}
