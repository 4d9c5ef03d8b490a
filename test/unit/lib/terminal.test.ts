import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { link, paint, showStyles } from '../../../src/lib/style.ts';
import { escapeActingInJson, sanitizeForTerminal } from '../../../src/lib/terminal.ts';
import { fakeOutput } from './fake-streams.ts';
import { actingCharacters, hostileTexts } from './hostile.ts';

describe('F37: hostile text', () => {
  test.for(hostileTexts)('%s: inert on a terminal, as data and as talk', async ([, text]) => {
    const { output, stdout, stderr } = fakeOutput({ tty: true });
    await output.data(`<${text}>`);
    output.note(`<${text}>`);
    output.warn(text);
    output.error(text);
    expect(stdout.text).not.toMatch(actingCharacters);
    expect(stderr.text).not.toMatch(actingCharacters);
  });

  test.for(hostileTexts)('%s: exact in JSON, which is inert too', async ([, text]) => {
    const { output, stdout } = fakeOutput({ tty: true });
    await output.json(JSON.stringify({ text, [text]: 1 }));
    expect(JSON.parse(stdout.text)).toEqual({ text, [text]: 1 });
    expect(stdout.text).not.toMatch(actingCharacters);
  });

  test.for(hostileTexts)('%s: inert on a terminal beside our own styles', async ([, text]) => {
    const { output, stdout } = fakeOutput({ tty: true });
    await output.data(paint(output.view, 'bold', text) + link(output.view, text, `file:///${text}`));
    const ours = stdout.text
      .replaceAll('\u001B[1m', '')
      .replaceAll('\u001B[22m', '')
      // oxlint-disable-next-line eslint/no-control-regex -- our own link
      .replaceAll(/\u001B\]8;;(file:[^\u001B]*)?\u001B\\/g, '');
    expect(ours).not.toMatch(actingCharacters);
  });

  test.for(hostileTexts)('%s: exact in a pipe', async ([, text]) => {
    const { output, stdout } = fakeOutput();
    await output.data(text);
    expect(stdout.text).toBe(`${text}\n`);
  });

  test('any text at all is inert', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(sanitizeForTerminal(text)).not.toMatch(actingCharacters);
      }),
    );
  });

  test('any document stays itself when acting characters are escaped', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const escaped = escapeActingInJson(JSON.stringify(value));
        expect(JSON.parse(escaped)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(escaped).not.toMatch(actingCharacters);
      }),
    );
  });

  test('letters of every script, emoji and tabs stay', () => {
    const text = 'Zürich 東京 עברית العربية 👩‍💻 ﬁ\t→ é';
    expect(sanitizeForTerminal(text)).toBe(text);
  });
});

describe('styles', () => {
  const view = { columns: 80, isTty: true, color: true };

  test('become escape sequences where colour is shown', () => {
    expect(showStyles(paint(view, 'red', 'x'))).toBe('\u001B[31mx\u001B[39m');
    expect(showStyles(link(view, 'x', 'file:///x'))).toBe('\u001B]8;;file:///x\u001B\\x\u001B]8;;\u001B\\');
  });

  test('are nothing where it is not', () => {
    const plain = { ...view, color: false };
    expect([paint(plain, 'red', 'x'), link(plain, 'x', 'file:///x')]).toEqual(['x', 'x']);
    expect(link({ ...view, isTty: false }, 'x', 'file:///x')).toBe('x');
  });
});
