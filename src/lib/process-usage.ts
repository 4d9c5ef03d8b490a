/**
 * What this process is and what it has used so far.
 */
import { readFileSync } from 'node:fs';

export interface ProcessUsage {
  /** User and system time of all its threads. */
  readonly cpuMs: number;
  /** The most memory it ever held (ru_maxrss). */
  readonly peakRssBytes: number;
}

export function processUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1000, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
}

/** `v20.20.2` */
export const nodeVersion: string = process.version;

/** TCP connections of this process that are open now. */
export const openSockets = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;

/** What another process of this machine has used; null where the system does not tell (everywhere but Linux). */
export function usageOf(pid: number): { readonly cpuMs: number; readonly residentBytes: number } | null {
  try {
    // Behind the name, which may hold anything but a closing bracket at its end: fields 14, 15 (ticks) and 24 (pages).
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [user, system, pages] = [fields[11], fields[12], fields[21]].map(Number);
    if (user === undefined || system === undefined || pages === undefined) return null;
    return { cpuMs: (user + system) * msOfTick, residentBytes: pages * pageBytes };
  } catch {
    return null;
  }
}

/** sysconf(_SC_CLK_TCK) and the page size of Linux on x64 and arm64. */
const msOfTick = 10;
const pageBytes = 4096;
