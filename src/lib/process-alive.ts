/**
 * Whether a process of this machine still runs.
 */

/** A process of another user counts as alive. Another process may have got the number since: then it seems alive. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
