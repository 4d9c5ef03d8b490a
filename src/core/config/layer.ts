/**
 * A layer: what one flag line, environment or file says about settings, by path.
 */
import type { SettingPath } from './table.ts';

export interface Origin {
  readonly kind: 'flag' | 'env' | 'project' | 'user' | 'preset' | 'default';
  /** The flag, variable, file or preset, for messages. */
  readonly name: string;
}

export interface LayerValue {
  readonly value: unknown;
  readonly origin: Origin;
}

/** Only what this layer says. */
export type Layer = ReadonlyMap<SettingPath, LayerValue>;

/** `['index', 'm']` of a value that may have no such place. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let place = value;
  for (const key of path) {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, key)) return undefined;
    place = (place as Record<string, unknown>)[key];
  }
  return place;
}

/** Builds `{index: {m: 16}}` from `index.m`. Paths come from the table, so that no key of a user can do harm here. */
export function nest(values: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of values) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let place = root;
    for (const key of keys) place = (place[key] ??= {}) as Record<string, unknown>;
    place[last] = value;
  }
  return root;
}
