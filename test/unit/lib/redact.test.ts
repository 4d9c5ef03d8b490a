import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor, passwordsOf, withoutPassword } from '../../../src/lib/redact.ts';

const redactorOf = (...secrets: string[]) => {
  const redactor = createRedactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
};

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The ways in which a secret gets into a text. */
const journeys: [string, (secret: string, around: string) => string][] = [
  ['as it is', (secret, around) => around + secret + around],
  ['URL-encoded', (secret) => `http://h/?key=${encodeURIComponent(secret)}`],
  [
    'URL-encoded in lower case',
    (secret) => encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase()),
  ],
  ['as a form', (secret) => encodeURIComponent(secret).replaceAll('%20', '+')],
  ['in JSON', (secret) => JSON.stringify({ secret })],
  ['in base64', (secret) => base64(secret)],
  ['in base64url', (secret) => Buffer.from(secret).toString('base64url')],
  ['in base64 behind a name', (secret, around) => base64(`${around}:${secret}`)],
  ['in base64 amid other text', (secret, around) => base64(around + secret + around)],
];

/** Without halves of surrogate pairs, which no encoding carries. */
const wellFormed = (text: string) => Buffer.from(text).toString();

/** What no key has: spaces at its ends, broken Unicode. */
const secret = fc
  .string({ unit: 'grapheme', minLength: 12, maxLength: 60 })
  .filter((text) => text.trim() === text && wellFormed(text) === text && !'[redacted]'.includes(text));

describe('a random secret never appears', () => {
  test.for(journeys)('%s', ([, travel]) => {
    fc.assert(
      fc.property(secret, fc.string({ unit: 'grapheme', maxLength: 5 }), (value, around) => {
        const text = travel(value, wellFormed(around));
        for (const shown of [redactorOf(value).redact(text), redactorOf(value).redactJson(JSON.stringify(text))]) {
          expect(shown).not.toContain(value);
          expect(shown).not.toContain(JSON.stringify(value).slice(1, -1));
          expect(decoded(shown)).not.toContain(value);
        }
      }),
    );
  });

  test('of several secrets none does, one being the start of another', () => {
    const shown = redactorOf('abcdefgh', 'abcdefghijklmnop').redact('abcdefghijklmnop abcdefgh');
    expect(shown).not.toMatch(/abcdefgh|ijklmnop/);
  });
});

describe('what is not the secret stays', () => {
  test('JSON stays the JSON that it was, but for the strings that held the secret', () => {
    fc.assert(
      fc.property(fc.jsonValue(), secret, (value, hidden) => {
        const json = JSON.stringify({ value, before: `a ${hidden} b`, [`k${hidden}`]: 1 });
        const shown = JSON.parse(redactorOf(hidden).redactJson(json)) as Record<string, unknown>;
        expect(shown['value']).toEqual(JSON.parse(JSON.stringify(value)));
        expect(shown['before']).toBe('a [redacted] b');
      }),
    );
  });

  test.for<[string, string, string]>([
    ['a number in JSON that has the digits of the secret', '12345678', '{"score":0.12345678,"n":12345678,"t":"x"}'],
    ['structure in JSON that looks like the secret', '":1,"b":2', '{"a":1,"b":2,"c":3}'],
    ['a short secret in data', 'test', '{"text":"run the test","test":1}'],
    ['a secret of one letter in data', 'a', '{"text":"a banana"}'],
  ])('%s', ([, hidden, json]) => {
    expect(redactorOf(hidden).redactJson(json)).toBe(json);
  });

  test('a short secret in text that is data', () => {
    expect(redactorOf('test').redactData('run the test')).toBe('run the test');
  });

  test.for<[string, string, string, string]>([
    [
      'a short secret in a message goes where it stands alone',
      'test',
      'key test in testing',
      'key [redacted] in testing',
    ],
    ['with signs in it', 'a.b*', 'a.b* axb* "a.b*"', '[redacted] axb* "[redacted]"'],
    ['no secret', '', 'text', 'text'],
    ['spaces', '   ', 'a   b', 'a   b'],
  ])('%s', ([, hidden, text, expected]) => {
    expect(redactorOf(hidden).redact(text)).toBe(expected);
  });

  test('a number beyond 2^53 and an escaped quote beside the secret', () => {
    const json = '{"id":18446744073709551615,"q":"\\"secret-key\\"","p":"c:\\\\"}';
    expect(redactorOf('secret-key').redactJson(json)).toBe(
      '{"id":18446744073709551615,"q":"\\"[redacted]\\"","p":"c:\\\\"}',
    );
  });
});

test.each<[string, string, string[]]>([
  ['https://u:p%40ss@h/v1', 'https://…@h/v1', ['p%40ss', 'p@ss']],
  ['http://u:p@ss@h:80', 'http://…@h:80', ['p@ss', 'p@ss']],
  ['https://token@h', 'https://…@h', ['token', 'token']],
  ['["http://a/@x","http://u:%zz@b"]', '["http://a/@x","http://…@b"]', ['%zz', '%zz']],
  ['https://h/a@b', 'https://h/a@b', []],
])('a URL %s is shown as %s', (text, shown, passwords) => {
  expect([withoutPassword(text), passwordsOf(text)]).toEqual([shown, passwords]);
});

/** All that a reader could try on a text: undo URL encoding and base64 of any run of letters at any offset. */
function decoded(text: string): string {
  const runs = text.match(/[\w+/-]{8,}/g) ?? [];
  const bytes = runs.flatMap((run) =>
    [0, 1, 2, 3].map((offset) => Buffer.from(run.slice(offset), 'base64').toString()),
  );
  return [...bytes, ...text.split(/[\s"]/).map(tryDecode)].join('\n');
}

function tryDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return '';
  }
}
