/**
 * Colour and links for renders. What is painted here is marked with a number that no payload can know; the output turns
 * the marks into escape sequences and makes all other text inert, so that a render need not think of hostile text.
 */
import type { View } from './output.ts';
import { sanitizeForTerminal } from './terminal.ts';

const styles = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export type Style = keyof typeof styles;

// Fresh in each process and never shown, so nothing better than Math.random (and its load time) is needed.
const nonce = `${Math.random()}${Math.random()}`.replaceAll('.', '');
const open = `\u0001${nonce}`;
const close = '\u0002';

/** The text in a colour where the view shows colours. */
export function paint(view: View, style: Style, text: string): string {
  if (!view.color || text === '') return text;
  const [on, off] = styles[style];
  return `${mark(`[${on}m`)}${text}${mark(`[${off}m`)}`;
}

/** The text as a link that a terminal opens (OSC 8); elsewhere the text. `url` is percent-encoded, as URL.href is. */
export const link = (view: View, text: string, url: string): string =>
  view.isTty && view.color
    ? `${mark(`]8;;${sanitizeForTerminal(url).replaceAll(/[\s]/g, '')}\u001B\\`)}${text}${mark(']8;;\u001B\\')}`
    : text;

/** What follows takes the place of all that the terminal shows; nothing elsewhere. */
export const clearScreen = (view: View): string => (view.isTty ? `${mark('[H')}${mark('[2J')}` : '');

const mark = (sequence: string): string => `${open}${sequence}${close}`;

const marked = new RegExp(`(${open}[^${close}]*${close})`, 'g');

/** Turns marks into escape sequences; the text between them goes through `plain`. */
export const showStyles = (text: string, plain: (text: string) => string = (same) => same): string =>
  text.includes(open)
    ? text
        .split(marked)
        .map((part) => (part.startsWith(open) ? `\u001B${part.slice(open.length, -close.length)}` : plain(part)))
        .join('')
    : plain(text);
