/**
 * Layers that are text: flags and the environment.
 */
import { QdxError } from '../../lib/errors.ts';
import type { Layer, LayerValue, Origin } from './layer.ts';
import type { SettingRow } from './setting-row.ts';
import { settingPaths, settingRow, type SettingPath } from './table.ts';

/** @param flags What was typed, by setting path: text, a list of texts, or true and false of a switch. */
export function flagLayer(flags: Readonly<Record<string, unknown>>): Layer {
  const layer = new Map<SettingPath, LayerValue>();
  for (const path of settingPaths) {
    if (flags[path] === undefined) continue;
    const row = settingRow(path);
    const origin: Origin = { kind: 'flag', name: `--${flags[path] === false ? 'no-' : ''}${row.flag}` };
    layer.set(path, { origin, value: fromFlag(flags[path], row, origin) });
  }
  return layer;
}

/** An empty variable is one that is not set. Of two names for one setting, qdx's own wins. */
export function environmentLayer(environment: Readonly<Record<string, string | undefined>>): Layer {
  const layer = new Map<SettingPath, LayerValue>();
  for (const path of settingPaths) {
    const row = settingRow(path);
    const name = row.env.find((variable) => environment[variable]);
    const text = name === undefined ? undefined : environment[name];
    if (name === undefined || text === undefined) continue;
    const origin: Origin = { kind: 'env', name };
    layer.set(path, { origin, value: readText(text, row, origin) });
  }
  return layer;
}

/** Lists come as lists from flags that may be repeated, and switches as booleans. */
const fromFlag = (value: unknown, row: SettingRow, origin: Origin): unknown =>
  typeof value === 'string' ? readText(value, row, origin) : value;

/** Numbers, switches and lists are read here; whether the value is allowed is the schema's business. */
function readText(text: string, row: SettingRow, origin: Origin): unknown {
  switch (row.type) {
    case 'text':
      return text;
    case 'number':
      return readNumber(text, origin, 'a number');
    case 'numberOrAuto':
      return text.trim() === 'auto' ? 'auto' : readNumber(text, origin, 'auto or a number');
    case 'switch':
      return readSwitch(text, origin);
    case 'list':
      return readList(text, origin);
    default:
      return row.type satisfies never;
  }
}

function readNumber(text: string, origin: Origin, expected: string): number {
  const digits = text.trim().replaceAll('_', '');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits)) throw expectedError(origin, expected, text);
  return Number(digits);
}

/** The spellings of the Hugging Face tools, and their opposites. */
const switchWords: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
};

function readSwitch(text: string, origin: Origin): boolean {
  const word = text.trim().toLowerCase();
  const value = Object.hasOwn(switchWords, word) ? switchWords[word] : undefined;
  if (value === undefined) throw expectedError(origin, '1, true, yes or on, or 0, false, no or off', text);
  return value;
}

/** `a, b`, or a JSON array where an item holds a comma. */
function readList(text: string, origin: Origin): unknown {
  if (!text.trim().startsWith('['))
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw expectedError(origin, 'items with commas between them, or a JSON array', text);
  }
}

const expectedError = ({ name }: Origin, expected: string, text: string): QdxError =>
  new QdxError('usage', `${name}: expected ${expected}, got ${JSON.stringify(text.slice(0, 80))}`);
