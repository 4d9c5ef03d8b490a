/**
 * One `qdx upload` as a user runs it: its summary, its wall time, the highest memory it held.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/qdx.js', import.meta.url));

const environmentOf = (home) => ({
  PATH: process.env.PATH,
  HOME: home,
  XDG_CONFIG_HOME: `${home}/config`,
  XDG_CACHE_HOME: `${home}/cache`,
  XDG_DATA_HOME: `${home}/data`,
  ...(process.env.QDX_QDRANT_BIN && { QDX_QDRANT_BIN: process.env.QDX_QDRANT_BIN }),
});

export async function runQdx(args, home) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [bin, ...args], {
    env: environmentOf(home),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [[], []];
  child.stdout.on('data', (piece) => stdout.push(piece));
  child.stderr.on('data', (piece) => stderr.push(piece));
  let peakRssBytes = 0;
  // The kernel keeps the highest value itself, so the last one that is read is the peak (Linux only).
  const timer = setInterval(() => {
    peakRssBytes = Math.max(peakRssBytes, readPeak(child.pid));
  }, 50);
  const [code] = await once(child, 'close');
  clearInterval(timer);
  const wallMs = performance.now() - startedAt;
  if (code !== 0) throw new Error(`qdx ${args.join(' ')} ended with ${code}: ${Buffer.concat(stderr).toString()}`);
  return { output: Buffer.concat(stdout).toString(), wallMs, peakRssBytes };
}

function readPeak(pid) {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

export async function upload(path, collection, home, ...more) {
  const args = ['upload', path, '--collection', collection, '--json', '--progress', 'none', ...more];
  const { output, wallMs, peakRssBytes } = await runQdx(args, home);
  return { summary: JSON.parse(output), wallMs, peakRssBytes };
}
