/**
 * The vocabulary of a WordPiece tokenizer, looked up in the text of tokenizer.json instead of being read into a map first:
 * a query asks for some dozens of its 30,000 entries, and reading them all is what most of a cold search's time goes to.
 */

/** Entries asked for after which the whole vocabulary is read, so that many texts cost little more than with that. */
const mostAsked = 3_000;

export interface FileVocabulary {
  /** tokenizer.json with an empty vocabulary. */
  readonly json: { readonly model: Record<string, unknown> };
  /** Asks the file for what it does not hold; what was set stays. */
  readonly map: Map<string, number>;
  /** Looks up at once what a text will ask for. */
  readonly expect: (text: string) => void;
}

/**
 * @param bytes tokenizer.json.
 * @returns null where the file is not of the form this reading is right for: it must then be read whole.
 */
export function openFileVocabulary(bytes: Buffer): FileVocabulary | null {
  // One character a byte: what is searched stays as it lies in the file.
  const text = bytes.toString('latin1');
  const opening = /"vocab"\s*:\s*\{/.exec(text);
  if (!opening) return null;
  const start = opening.index + opening[0].length;
  const end = endOfVocabulary(text, start);
  if (end === null) return null;
  const vocabulary = text.slice(start, end);
  // Spellings that JSON.stringify does not give could hide an entry.
  if (/\\[u/]/.test(vocabulary)) return null;
  const json = withEmptyVocabulary(`${text.slice(0, start)}${text.slice(end)}`);
  const isFit = json?.model?.['type'] === 'WordPiece' && isEmptyObject(json.model['vocab']);
  if (!isFit) return null;
  const map = new LazyMap(vocabulary);
  const prefix = String(json.model['continuing_subword_prefix']);
  return { json, map, expect: (words) => map.ask(likelyTokens(words, prefix)) };
}

/**
 * The first `}` behind `": 123`, where that quote ends a key. One behind a backslash stands in a key; one behind a comma or
 * the like could begin a key (`":5}"`) as well as end one (`",":5}`), so it decides nothing.
 */
function endOfVocabulary(text: string, start: number): number | null {
  for (let at = text.indexOf('}', start); at !== -1; at = text.indexOf('}', at + 1))
    if (/[^\\\s,{]"\s*:\s*\d+\s*$/.test(text.slice(Math.max(start, at - 40), at))) return at;
  return null;
}

/** A map that looks for what it does not hold in the text of the vocabulary. */
class LazyMap extends Map<string, number> {
  readonly #text: string;
  /** Looked for already, and not there. */
  readonly #absent = new Set<string>();
  #asked = 0;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override has(token: string): boolean {
    this.ask([token]);
    return super.has(token);
  }

  override get(token: string): number | undefined {
    this.ask([token]);
    return super.get(token);
  }

  ask(tokens: Iterable<string>): void {
    const unknown = [...tokens].filter((token) => !super.has(token) && !this.#absent.has(token));
    if (unknown.length === 0 || this.#asked > mostAsked) return;
    this.#asked += unknown.length;
    const found = this.#asked > mostAsked ? allEntries(this.#text) : entriesOf(this.#text, unknown);
    for (const [token, id] of found) if (!super.has(token)) super.set(token, id);
    for (const token of unknown) if (!super.has(token)) this.#absent.add(token);
  }
}

/** All in one pass: a regular expression of hundreds of words takes a millisecond, reading the vocabulary forty. */
function entriesOf(text: string, tokens: readonly string[]): Map<string, number> {
  const byKey = new Map(tokens.map((token) => [keyOf(token), token]));
  const keys = [...byKey.keys()].map((key) => key.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  const found = new Map<string, number>();
  for (const entry of text.matchAll(new RegExp(String.raw`(${keys.join('|')})\s*:\s*(\d+)`, 'g'))) {
    const token = byKey.get(entry[1] ?? '');
    // Behind a backslash the quote belongs to a longer key.
    if (token !== undefined && text[entry.index - 1] !== '\\') found.set(token, Number(entry[2]));
  }
  return found;
}

/** As it lies in the file. Most tokens lie there as they are. */
const keyOf = (token: string): string =>
  /^[\w#]+$/.test(token) ? `"${token}"` : Buffer.from(JSON.stringify(token)).toString('latin1');

const allEntries = (text: string): [string, number][] =>
  Object.entries(parseJson(`{${text}}`) as Readonly<Record<string, number>>);

/**
 * What WordPiece will probably ask for: the parts of each word, from its beginning and from within. A guess that only saves
 * passes over the file: whatever it leaves out is looked up when it is asked for.
 */
function likelyTokens(text: string, prefix: string): Set<string> {
  const plain = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const tokens = new Set<string>();
  for (const [word] of plain.matchAll(/[\p{L}\p{N}]+|\S/gu))
    for (let start = 0; start < word.length && tokens.size <= mostAsked; start++)
      for (let end = start + 1; end <= word.length; end++)
        tokens.add(`${start === 0 ? '' : prefix}${word.slice(start, end)}`);
  return tokens;
}

/** Null for what is no JSON: who reads the whole file says so. */
function withEmptyVocabulary(text: string): FileVocabulary['json'] | null {
  try {
    return parseJson(text) as FileVocabulary['json'] | null;
  } catch {
    return null;
  }
}

/** Of text with one character a byte. */
const parseJson = (text: string): unknown => JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));

const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
