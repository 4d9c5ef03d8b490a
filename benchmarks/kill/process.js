/** Runs of qdx that are killed (SIGKILL): at a named step, or some milliseconds after so many steps were announced. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/qdx.js', import.meta.url));

/**
 * @param kill `{ step }` (`restore.switched`, `restore.batch-loaded#3`), `{ afterSteps, delayMs }`, or null.
 * @returns `{ exitCode, steps (names as announced), stdout, stderr }`; exit code 137 for a killed run.
 */
export async function runQdx(args, home, env, kill = null) {
  mkdirSync(home, { recursive: true });
  const child = spawn(process.execPath, [bin, ...args, '--progress', 'json'], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_DATA_HOME: join(home, 'data'),
      ...env,
      ...(kill?.step && { QDX_HOLD_AT_STEP: kill.step }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const steps = [];
  let [stdout, stderr] = ['', ''];
  let half = '';
  const killSoon = (delayMs) => setTimeout(() => child.kill('SIGKILL'), delayMs).unref();
  if (kill?.afterSteps === 0) killSoon(kill.delayMs);
  child.stdout.on('data', (piece) => (stdout += piece));
  child.stderr.on('data', (piece) => {
    stderr += piece;
    const lines = (half + piece).split('\n');
    half = lines.pop();
    for (const line of lines) {
      if (line.startsWith('held at')) child.kill('SIGKILL');
      const name = /^\{"messageType":"step".*"name":"([^"]+)"/.exec(line)?.[1];
      if (name === undefined) continue;
      steps.push(name);
      if (steps.length === kill?.afterSteps) killSoon(kill.delayMs);
    }
  });
  const [code, signal] = await once(child, 'close');
  return { exitCode: signal === 'SIGKILL' ? 137 : code, steps, stdout, stderr };
}
