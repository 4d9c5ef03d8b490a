/**
 * Which text of a stored point is embedded again: by card, settings or flag.
 */
import { describe, expect, test } from 'vitest';
import { chunkingSettings } from '../../../src/core/corpus/chunking/settings.ts';
import { chooseTextRule, lexicalFields, textOf } from '../../../src/core/transfer/reembed/text-rule.ts';

const base = { card: null, payloadKeys: {}, model: { maxTokens: 256 }, template: 'path-headings-words@1' } as const;
const chunked = { chunking: chunkingSettings({ maxTokens: 512 }) };

describe('the payload key of the text', () => {
  test.each([
    ['nobody named it: content', base, 'content', 'default'],
    ['the settings name it', { ...base, payloadKeys: { content: 'body' } }, 'body', 'settings'],
    [
      'a flag comes before the settings',
      { ...base, payloadKeys: { content: 'body' }, textField: 'raw' },
      'raw',
      'flag',
    ],
    [
      'the card comes before the settings',
      { ...base, card: { chunking: null, payloadKeys: { content: 'text' } }, payloadKeys: { content: 'body' } },
      'text',
      'card',
    ],
    ['a flag comes before the card', { ...base, card: chunked, textField: 'raw' }, 'raw', 'flag'],
  ] as const)('%s', (_title, input, field, namedBy) => {
    expect(chooseTextRule(input)).toMatchObject({ field, namedBy });
  });
});

test("a card's text is made by the template that suits the new model, from path, headings and content", () => {
  const rule = chooseTextRule({ ...base, card: chunked });
  expect(rule.chunking).toMatchObject({ template: 'path-headings-words@1', maxTokens: 256 });
  const payload = {
    content: 'Add the key.',
    source_path: 'guide/keys.md',
    heading_path: ['Keys', 'Rotate'],
    language: 'markdown',
  };
  expect(textOf(payload, rule)).toBe('guide/keys.md\nKeys > Rotate\nAdd the key.');
});

describe('a text is', () => {
  const rule = chooseTextRule({ ...base, textField: 'body' });
  test.each([
    ['the field as it stands', { body: ' two\nlines ' }, ' two\nlines '],
    ['none where the key is missing', { other: 'x' }, null],
    ['none where it is blank', { body: ' \n\t' }, null],
    ['none where it is no text', { body: { nested: 'x' } }, null],
    ['none without a payload', null, null],
  ])('%s', (_title, payload, text) => {
    expect(textOf(payload, rule)).toBe(text);
  });
});

test("fields with terms are read under somebody else's keys, and only where they have the type that is read", () => {
  const rule = chooseTextRule({
    ...base,
    payloadKeys: { content: 'body', source_path: 'file', heading_path: 'crumbs' },
  });
  const payload = { body: 'text', file: 'a.md', crumbs: ['A', 'B'], title: 7, symbols: 'not a list' };
  expect(lexicalFields(payload, rule)).toEqual({ content: 'text', source_path: 'a.md', heading_path: ['A', 'B'] });
  expect(lexicalFields({ body: 'text', crumbs: ['A', 3] }, rule)).toEqual({ content: 'text' });
});
