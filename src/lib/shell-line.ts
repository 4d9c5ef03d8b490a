/**
 * Words as a line to be typed into a POSIX shell.
 */
export const shellLine = (words: readonly string[]): string => words.map(quoted).join(' ');

/** Words of these characters mean nothing else to a shell. */
const plain = /^[\w@%+=:,./-]+$/;

const quoted = (word: string): string => (plain.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

/** Prose with a command line in it, whose values are quoted where a shell needs it: shellText`qdx stats ${name}`. */
export const shellText = (pieces: TemplateStringsArray, ...values: readonly string[]): string =>
  String.raw({ raw: pieces }, ...values.map(quoted));
