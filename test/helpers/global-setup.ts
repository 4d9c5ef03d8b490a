/**
 * Gives a run of the tests its temporary root; at its end kills every server that still works in there and removes it.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { temporaryRoot } from './temporary.ts';

export default function setup(): () => void {
  const root = temporaryRoot();
  return () => {
    for (const pid of serversBelow(root)) process.kill(pid, 'SIGKILL');
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    delete process.env['QDX_TEST_ROOT'];
  };
}

/** Processes whose `--config-path` lies below `root` (Linux; elsewhere none are found and none are killed). */
function serversBelow(root: string): number[] {
  let entries: string[];
  try {
    entries = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return entries.filter((pid) => commandLine(pid).includes(`--config-path\0${root}`)).map(Number);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
