/**
 * Layers that are text: flags and the environment.
 */
import type { Layer, LayerValue, Origin } from './layer.ts';
import type { SettingRow } from './groups/setting-row.ts';
import { settingPaths, settingRow, type SettingPath } from './table.ts';

/** @param flags What was typed, by setting path: text, a list of texts, or true and false of a switch. */
export function flagLayer(flags: Readonly<Record<string, unknown>>): Layer {
  const layer = new Map<SettingPath, LayerValue>();
  for (const path of settingPaths) {
    if (flags[path] === undefined) continue;
    const row = settingRow(path);
    const origin: Origin = { kind: 'flag', name: `--${flags[path] === false ? 'no-' : ''}${row.flag}` };
    layer.set(path, { origin, value: fromFlag(flags[path], row) });
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
    layer.set(path, { origin, value: readText(text, row) });
  }
  return layer;
}

/** Lists come as lists from flags that may be repeated, and switches as booleans. */
const fromFlag = (value: unknown, row: SettingRow): unknown =>
  typeof value === 'string' ? readText(value, row) : value;

/** Text that cannot be read as what the setting is stays text, so that the schema refuses it and says what would be right. */
function readText(text: string, row: SettingRow): unknown {
  switch (row.type) {
    case 'text':
      return text;
    case 'number':
    case 'numberOrAuto':
      return readNumber(text);
    case 'switch':
      return switchWords.get(text.trim().toLowerCase()) ?? text;
    case 'list':
      return readList(text);
    default:
      return row.type satisfies never;
  }
}

function readNumber(text: string): number | string {
  const digits = text.trim().replaceAll('_', '');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits) ? Number(digits) : text.trim();
}

/** The spellings of the Hugging Face tools, and their opposites. */
const switchWords: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'false', 'no', 'off'].map((word) => [word, false] as const),
]);

/** `a, b`, or a JSON array where an item holds a comma. */
function readList(text: string): unknown {
  try {
    if (text.trim().startsWith('[')) return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
  const items = text.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '');
}
