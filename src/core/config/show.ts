/**
 * Settings as they are shown: each value with its origin, secrets as set or unset.
 */
import { withoutPassword } from '../../lib/redact.ts';
import { nest, valueAt } from './layer.ts';
import type { Origin, ResolvedSettings } from './resolve.ts';
import { settingPaths, settingRow } from './table.ts';

export interface ShownSetting {
  readonly path: string;
  /** Absent: not set. A secret is `set` or absent; a URL has lost its `user:password@`. */
  readonly value?: unknown;
  readonly origin: Origin;
}

/** The JSON document of `qdx config show`. */
export interface SettingsDocument {
  readonly files: ResolvedSettings['files'];
  /** Fit to be saved as qdx.config.json: nothing is lost but secrets. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, 'set' | 'unset'>>;
  readonly origins: Readonly<Record<string, Origin>>;
  readonly collection?: ResolvedSettings['collection'];
}

/** @param withCollection Whether the entry of a collection was asked for. */
export function settingsDocument(resolved: ResolvedSettings, withCollection: boolean): SettingsDocument {
  const { settings, origins, files, collection } = resolved;
  const valueOf = (path: string) => valueAt(settings, path.split('.'));
  const open = settingPaths.filter((path) => !settingRow(path).secret && valueOf(path) !== undefined);
  const secret = settingPaths.filter((path) => settingRow(path).secret);
  return {
    files,
    settings: {
      ...nest(open.map((path) => [path, fitToBeSeen(valueOf(path))])),
      payloadKeys: settings.payloadKeys,
      collections: settings.collections,
    },
    secrets: Object.fromEntries(secret.map((path) => [path, valueOf(path) === undefined ? 'unset' : 'set'])),
    origins,
    ...(withCollection && { collection }),
  };
}

/** One for each setting, in the order of the tables. */
export const shownSettings = ({ settings, origins }: ResolvedSettings): ShownSetting[] =>
  settingPaths.map((path) => shownSetting(path, valueAt(settings, path.split('.')), origins[path]));

function shownSetting(path: (typeof settingPaths)[number], value: unknown, origin: Origin | undefined): ShownSetting {
  const { secret, absent } = settingRow(path);
  if (value !== undefined && origin) return { path, value: secret ? 'set' : fitToBeSeen(value), origin };
  return { path, origin: { kind: 'default', name: secret ? 'unset' : (absent ?? 'not set') } };
}

/** Patterns of files hold `//` and `@` too. */
const isUrl = /^https?:\/\//;

function fitToBeSeen(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fitToBeSeen);
  return typeof value === 'string' && isUrl.test(value) ? withoutPassword(value) : value;
}
