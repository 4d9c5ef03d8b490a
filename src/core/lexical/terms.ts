/**
 * Text -> terms: one code-aware tokenizer for documents and queries.
 *
 * Words are runs of letters, digits and `_`. An identifier gives its squeezed whole (`getUserById`, `get_user_by_id` ->
 * `getuserbyid`) and its parts (`get`, `user`, `id`); parts and plain words are lower-cased, folded, lightly stemmed;
 * stop words are left out. Scripts without spaces give pairs of neighbouring characters.
 */
import { stem } from './stem.ts';
import { stopWords } from './stop-words.ts';

/** Raised when the same text would give other terms. */
export const tokenizerVersion = 1;

/** Longer runs are data (hashes, base64), not words. */
const maxTermLength = 64;
const word = /[\p{L}\p{M}\p{N}_$]+/gu;
// Lower|Upper, letter|digit both ways, and the last capital of a run before a capitalised word (HTTPServer -> HTTP|Server).
const boundary =
  /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})|[_$]+/u;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Terms in order of appearance, repeats kept. */
export function documentTerms(text: string): string[] {
  const terms: string[] = [];
  for (const [run] of text.normalize('NFKC').matchAll(word)) addWord(run, terms);
  return terms;
}

/**
 * Terms of a query: those of a document, and neighbouring words squeezed together, so that `set cookie` finds the
 * identifier `setCookie` by its whole too.
 */
export function queryTerms(text: string): string[] {
  return documentTerms(text);
}

/** The lower-case whole of an identifier without separators: equal for all spellings of the same words. */
export const squeeze = (text: string): string => fold(text).replaceAll(/[^\p{L}\p{N}]+/gu, '');

/** The term of an identifier as a whole, stemmed as it is when it is typed without its humps. */
export const wholeTerm = (text: string): string => stem(squeeze(text));

function addWord(run: string, terms: string[]): void {
  if (unspaced.test(run)) return addPairs(run, terms);
  const parts = run.split(boundary).filter((part) => part !== '');
  if (parts.length > 1) addTerm(wholeTerm(run), terms);
  for (const part of parts) {
    const folded = fold(part);
    if (!stopWords.has(folded)) addTerm(stem(folded), terms);
  }
}

function addTerm(term: string, terms: string[]): void {
  if (term !== '' && term.length <= maxTermLength) terms.push(term);
}

function addPairs(run: string, terms: string[]): void {
  const characters = Array.from(fold(run));
  if (characters.length === 1) terms.push(characters[0] ?? '');
  for (let index = 1; index < characters.length; index++)
    terms.push(`${characters[index - 1] ?? ''}${characters[index] ?? ''}`);
}

/** Lower case without the accents of European scripts. */
const fold = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036F]/g, '')
    .normalize('NFC');
