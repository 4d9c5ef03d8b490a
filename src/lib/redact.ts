/**
 * Removes secrets from text by value, whatever message they got into, in the forms in which they travel: as they are,
 * URL-encoded, in JSON, and in base64 (alone or in the middle of `user:key`).
 */
import { endOfString } from './json.ts';

export interface Redactor {
  /** Empty and absent secrets are none. */
  add(secret: string | undefined): void;
  /** For messages. */
  redact(text: string): string;
  /** For text that is data: results must not get holes where they hold a short secret's letters. */
  redactData(text: string): string;
  /** For ready JSON text, one document or one line: only strings change, so that it stays the JSON it was. */
  redactJson(json: string): string;
}

/**
 * A shorter secret cannot be told from ordinary text by its value: `test` as key must not punch holes into results. It is
 * redacted in messages where it stands alone, and never in data.
 */
const shortestTellingSecret = 8;
const mark = '[redacted]';

export function createRedactor(): Redactor {
  // Longest first, so that a longer form is not left with its ends when a shorter one inside it is taken out.
  let forms: readonly string[] = [];
  const shortForms = new Set<string>();
  const replaceForms = (text: string) => replaceAny(text, forms);
  return {
    add(secret) {
      const value = secret?.trim() ?? '';
      if (value.length >= shortestTellingSecret) forms = longestFirst([...forms, ...travelForms(value)]);
      else if (value !== '') shortForms.add(value);
    },
    redact(text) {
      let clean = replaceForms(text);
      for (const form of shortForms) clean = replaceAlone(clean, form);
      return clean;
    },
    redactData: replaceForms,
    redactJson: (json) => (includesAny(json, forms) ? mapStrings(json, replaceForms) : json),
  };
}

const includesAny = (text: string, forms: readonly string[]): boolean => {
  for (const form of forms) if (text.includes(form)) return true;
  return false;
};

function replaceAny(text: string, forms: readonly string[]): string {
  let clean = text;
  for (const form of forms) clean = clean.replaceAll(form, mark);
  return clean;
}

function replaceAlone(text: string, word: string): string {
  const literal = word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return text.replaceAll(new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, 'gu'), mark);
}

/** Changes what stands between quotes in JSON text; no pattern, which would run out of stack on a long string. */
function mapStrings(json: string, change: (inner: string) => string): string {
  const parts: string[] = [];
  let position = 0;
  while (position < json.length) {
    const quote = json.indexOf('"', position);
    if (quote === -1) break;
    const end = endOfString(json, quote);
    parts.push(json.slice(position, quote + 1), change(json.slice(quote + 1, end)));
    position = end;
  }
  parts.push(json.slice(position));
  return parts.join('');
}

const longestFirst = (forms: readonly string[]): string[] =>
  [...new Set(forms)].toSorted((a, b) => b.length - a.length);

function travelForms(secret: string): string[] {
  const encoded = encodeURIComponent(Buffer.from(secret).toString());
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encoded,
    encoded.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    encoded.replaceAll('%20', '+'),
    ...base64Forms(secret),
  ];
  return forms.filter((form) => form.length >= shortestTellingSecret);
}

/**
 * Base64 of the secret alone, and the characters that any base64 of a text containing it must contain: three bytes make
 * four characters, so there are three ways to lie, each with up to one character at either end that depends on its neighbour.
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const inner = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const first = Math.ceil((offset * 8) / 6);
    return text.slice(first, Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const standard = [bytes.toString('base64'), ...inner];
  return [...standard, ...standard.map((form) => form.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''))];
}

/** Up to the last `@` before the path: a password may hold one. */
const userOfUrl = /\/\/([^/?#\s"]*)@/g;

/** A text without the `user:password@` of the URLs in it, as people write those of mirrors and proxies. */
export const withoutPassword = (text: string): string => text.replaceAll(userOfUrl, '//…@');

/** The passwords of the URLs in a text, as written and as sent; a user without password is a token. */
export const passwordsOf = (text: string): string[] =>
  [...text.matchAll(userOfUrl)].flatMap(([, user = '']) => {
    const written = user.slice(user.indexOf(':') + 1);
    return [written, decodedUrlPart(written)];
  });

export function decodedUrlPart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
