/**
 * Text that acts on terminals: what payloads, paths, collection names and servers may hold.
 */
export const hostileTexts: readonly (readonly [name: string, text: string])[] = [
  ['clear the screen', '\u001B[2J\u001B[H'],
  ['colour', '\u001B[31mred\u001B[0m'],
  ['hide the cursor', '\u001B[?25l'],
  ['alternate screen', '\u001B[?1049h'],
  ['set the title', '\u001B]0;owned\u0007'],
  ['write the clipboard (OSC 52)', '\u001B]52;c;cm0gLXJmIC8=\u0007'],
  ['a link (OSC 8)', '\u001B]8;;https://evil.example\u001B\\click\u001B]8;;\u001B\\'],
  ['a link ended by C1 ST', '\u009D8;;https://evil.example\u009Cclick'],
  ['OSC by C1', '\u009D52;c;eA==\u0007'],
  ['CSI by C1', '\u009B2J'],
  ['DCS', '\u001BPq#0;2;0;0;0\u001B\\'],
  ['APC', '\u001B_G\u001B\\'],
  ['PM', '\u001B^x\u001B\\'],
  ['answerback', '\u0005'],
  ['device status', '\u001B[6n'],
  ['bell', '\u0007'],
  ['overwrite the line', 'safe\rrm -rf'],
  ['erase by backspace', 'good\b\b\b\bevil'],
  ['vertical tab and form feed', 'a\u000Bb\fc'],
  ['shift out', '\u000E'],
  ['delete', 'a\u007Fb'],
  ['next line', 'a\u0085b'],
  ['right-to-left override', 'gpj.\u202Eexe'],
  ['isolate', '\u2066a\u2069'],
  ['left-to-right mark', 'a\u200Eb'],
  ['arabic letter mark', 'a\u061Cb'],
  ['line separator', 'a\u2028b\u2029c'],
  ['null', 'a\u0000b'],
  ['one escape', '\u001B'],
  ['escape at the end of a cut text', 'text\u001B['],
  ['nested escapes', '\u001B\u001B[31m\u001B[0m'],
  ['the mark of our own styles without its number', '\u00010000000000000000[2J\u0002'],
];

/** Anything that a terminal takes as more than a letter, a space, a tab or the end of a line. */
// oxlint-disable-next-line eslint/no-control-regex -- that is what is looked for
export const actingCharacters = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/;
