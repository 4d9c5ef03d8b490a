/**
 * What this process is and what it has used so far.
 */
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
