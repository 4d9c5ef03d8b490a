/**
 * Who this process is, for records that others read.
 */
import { hostname } from 'node:os';

export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** ISO 8601 UTC; the same at every call. */
  readonly startedAt: string;
}

const startedAt = new Date(Math.round(performance.timeOrigin)).toISOString();

export const processIdentity = (): ProcessIdentity => ({ host: hostname(), pid: process.pid, startedAt });
