/**
 * Defaults and choices as text, for help and documentation.
 */
import { choicesAt } from './expected.ts';
import { settingsSchema } from './schema.ts';
import { valueAt } from './layer.ts';
import { settingPaths } from './table.ts';

/** What help tells of settings, by path. */
export interface SettingTexts {
  readonly defaults: Readonly<Record<string, string>>;
  readonly choices: Readonly<Record<string, string>>;
}

export const settingTexts = (): SettingTexts => ({
  defaults: defaultTexts(),
  choices: Object.fromEntries(
    settingPaths
      .map((path) => [path, choicesAt(path.split('.')).join(', ')] as const)
      .filter(([, words]) => words !== ''),
  ),
});

/** By path; settings without a default are missing. */
function defaultTexts(): Readonly<Record<string, string>> {
  const settings = settingsSchema.parse({});
  const int8 = settingsSchema.parse({ vector: { quantization: { kind: 'int8' } } });
  const binary = settingsSchema.parse({ vector: { quantization: { kind: 'binary' } } });
  const texts: Record<string, string> = {};
  for (const path of settingPaths) {
    const keys = path.split('.');
    const value = valueAt(settings, keys) ?? valueAt(int8, keys) ?? valueAt(binary, keys);
    if (value !== undefined) texts[path] = defaultText(value);
  }
  return texts;
}

function defaultText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return String(value);
}
