/**
 * What an examination finds, and in which part of the installation.
 */
import type { ResolvedSettings } from '../config/resolve.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { LockOwner } from '../qdrant/lock.ts';

export const areas = [
  'settings',
  'versions',
  'environment',
  'server',
  'local server',
  'leftovers',
  'models',
  'gpu',
  'disk',
] as const;
export type Area = (typeof areas)[number];

export interface Finding {
  readonly area: Area;
  /** `broken`: a command of qdx fails by it. `warning`: it may surprise, or costs something. */
  readonly state: 'ok' | 'warning' | 'broken';
  readonly message: string;
  /** What to type or to do about it. */
  readonly fix?: string;
}

/** Without its area, which the examination adds. */
export type Found = Omit<Finding, 'area'>;

export interface Patient {
  /** Rejects where the settings are broken. */
  readonly settings: () => Promise<ResolvedSettings>;
  /** The server of the settings. Asked for only where a URL is set or the local server runs, so that none is started. */
  readonly connect: () => Promise<Connection>;
  readonly folders: { readonly cache: string; readonly data: string; readonly config: string };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly qdxVersion: string;
  readonly owner: LockOwner;
}

export const ok = (message: string): Found => ({ state: 'ok', message });
export const warning = (message: string, fix?: string): Found => ({ state: 'warning', message, ...(fix && { fix }) });
export const broken = (message: string, fix?: string): Found => ({ state: 'broken', message, ...(fix && { fix }) });
