/**
 * Light English stemming: plurals and the commonest verb endings, nothing that would merge different words of code.
 */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  return dropVerbEnding(dropPlural(word));
}

function dropPlural(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  if (word.endsWith('s') && !/(?:ss|us|is)$/.test(word)) return word.slice(0, -1);
  return word;
}

function dropVerbEnding(word: string): string {
  const match = /^(?<base>.*[aeiouy].*?)(?:ing|ed)$/.exec(word);
  const base = match?.groups?.['base'];
  if (base === undefined || base.length < 3) return word.endsWith('e') && word.length > 4 ? word.slice(0, -1) : word;
  if (/([bdfgmnprt])\1$/.test(base)) return base.slice(0, -1);
  return base;
}
