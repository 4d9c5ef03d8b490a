/**
 * The words of a command line as a shell hands them over for completion.
 */

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof shells)[number];

export interface TypedWords {
  /** Words after `qdx` and before the one that is completed. */
  readonly before: readonly string[];
  /** What is there of the word that is completed. */
  readonly current: string;
}

/** @param index Of the word that is completed; it may stand behind the last one, where nothing is typed yet. */
export function typedWords(shell: Shell, index: number, words: readonly string[]): TypedWords {
  const upToCursor = [...words.slice(0, index + 1), ...(words.length <= index ? [''] : [])].map(unquoted);
  const whole = shell === 'bash' ? joinAssignments(upToCursor) : upToCursor;
  return { before: whole.slice(0, -1), current: whole.at(-1) ?? '' };
}

/** Most shells hand over what was typed, quotes and all. */
const unquoted = (word: string): string => word.replaceAll(/\\(.)/gs, '$1').replaceAll(/^["']|["']$/g, '');

/** bash takes `--mode=hybrid` for three words (COMP_WORDBREAKS). */
function joinAssignments(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [index, word] of words.entries()) {
    const last = joined.at(-1);
    const isPart = word === '=' || words[index - 1] === '=';
    if (isPart && last?.startsWith('--')) joined[joined.length - 1] = last + word;
    else joined.push(word);
  }
  return joined;
}
