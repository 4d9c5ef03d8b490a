/**
 * Resolves settings: flag > env > project file > user file > default. Every value knows its origin.
 */
import { type Settings, settingsSchema } from './schema.ts';

export interface Origin {
  readonly kind: 'flag' | 'env' | 'project' | 'user' | 'preset' | 'default';
  /** The flag, variable or file, for messages. */
  readonly name: string;
}

export interface ResolvedSettings {
  readonly settings: Settings;
  /** By path: `index.m`. */
  readonly origins: Readonly<Record<string, Origin>>;
}

export interface ResolveInput {
  /** By setting path; only flags that were typed. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly configFolder: string;
  /** `--config`: this file instead of the project file. */
  readonly configFile?: string;
  /** Apply this collection's entry and preset. */
  readonly collection?: string;
}

export async function resolveSettings(_input: ResolveInput): Promise<ResolvedSettings> {
  return { settings: settingsSchema.parse({}), origins: {} };
}
