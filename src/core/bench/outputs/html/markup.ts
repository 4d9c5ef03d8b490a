/**
 * HTML that cannot be broken by what stands in it: every value in a template is escaped, but markup that a template made.
 */
import { sanitizeForTerminal } from '../../../../lib/terminal.ts';

const text = Symbol('markup');

/** Only `html` and `trusted` make one. */
export interface Markup {
  readonly [text]: string;
}

type Value = string | number | Markup | null | readonly Value[];

/** Values are escaped, lists joined, null is nothing. Attributes must stand in double quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const parts = strings.map((part, index) => part + (index < values.length ? written(values[index] ?? null) : ''));
  return { [text]: parts.join('') };
}

/** For what this project wrote itself: style and script. Never for anything that was read. */
export const trusted = (written: string): Markup => ({ [text]: written });

export const markupText = (markup: Markup): string => markup[text];

function written(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeText(value);
  return isList(value) ? value.map(written).join('') : value[text];
}

const isList = (value: Markup | readonly Value[]): value is readonly Value[] => Array.isArray(value);

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters have no place in HTML, and those that turn the direction of text would turn their neighbours too. */
const escapeText = (plain: string): string =>
  sanitizeForTerminal(plain).replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);
