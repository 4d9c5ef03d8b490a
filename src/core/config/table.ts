/**
 * The table of settings: what each is called as a flag and in the environment, and what it is for. Plain data without
 * zod, so that help stays fast. Types, limits and defaults are in schema.ts; the two cannot get out of step, since a
 * setting without a row, and a row without a setting, do not compile.
 */
import { passwordsOf } from '../../lib/redact.ts';
import { benchTable } from './groups/bench-table.ts';
import { endpointTable } from './groups/endpoint-table.ts';
import { kaggleTable } from './groups/kaggle-table.ts';
import { liveTable } from './groups/live-table.ts';
import { mcpTable } from './groups/mcp-table.ts';
import { rerankTable } from './groups/rerank-table.ts';
import { runTable } from './groups/run-table.ts';
import type { Settings } from './schema.ts';
import { serverTable } from './groups/server-table.ts';
import type { SettingRow } from './groups/setting-row.ts';

type Scalar = string | number | boolean | undefined;
type KeyOf<T> = T extends unknown ? keyof T & string : never;
type At<T, K> = T extends unknown ? (K extends keyof T ? T[K] : never) : never;
type LeafPath<T> = T extends Scalar | readonly unknown[]
  ? ''
  : {
      [K in KeyOf<T>]: LeafPath<At<T, K>> extends infer R extends string ? (R extends '' ? K : `${K}.${R}`) : never;
    }[KeyOf<T>];

/** Path of every setting that is not per collection: `index.m`. */
export type SettingPath = LeafPath<Omit<Settings, 'collections' | 'payloadKeys' | '$schema'>>;

export const settingTable = {
  ...serverTable,
  ...runTable,
  ...rerankTable,
  ...endpointTable,
  ...kaggleTable,
  ...benchTable,
  ...mcpTable,
  ...liveTable,
} satisfies Record<SettingPath, SettingRow>;

/** Fails to compile where a row has no setting. */
const settingOfRow: (path: keyof typeof settingTable) => SettingPath = (path) => path;

export const settingPaths = (Object.keys(settingTable) as (keyof typeof settingTable)[]).map(settingOfRow);

export const settingRow = (path: SettingPath): SettingRow => settingTable[path];

/** Whatever a command does with them, these are never shown. */
export const secretsOfEnvironment = (environment: Readonly<Record<string, string | undefined>>): string[] =>
  settingPaths.map(settingRow).flatMap((row) => row.env.flatMap((name) => secretsOfSetting(row, environment[name])));

/** A secret itself, and of others the passwords of the URLs in it. */
export function secretsOfSetting({ secret }: SettingRow, value: unknown): string[] {
  if (value === undefined) return [];
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return secret ? [text] : passwordsOf(text);
}
