/**
 * What the event loop notices of a bulk embed: of the encoder in this process, and of `qdx embed` from its start to its exit.
 * Beside both runs a process that does nothing but wait: what it notices is the machine's doing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtIn, encodeAll, openBulk } from './encode.js';
import { watchLoop } from './watch-loop.js';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const monitor = ['--import', fileURLToPath(new URL('loop-monitor.js', import.meta.url))];

export async function measureEventLoop({ texts, cacheFolder }) {
  return {
    encoder: await besideIdle(cacheFolder, () => measureEncoder(texts, cacheFolder)),
    embed: await besideIdle(cacheFolder, () => measureEmbed(cacheFolder)),
  };
}

async function measureEncoder(texts, cacheFolder) {
  const encoder = await openBulk(await builtIn(cacheFolder), { cacheFolder });
  const stop = watchLoop();
  await encodeAll(encoder, [...texts.list, ...texts.list]);
  const noticed = stop();
  await encoder.close();
  return noticed;
}

/** qdx's own documents and code to a vectors file, nothing cached. */
async function measureEmbed(folder) {
  const file = join(folder, 'embed-loop.json');
  const out = join(folder, 'vectors.jsonl');
  const args = [
    ...monitor,
    at('../../bin/qdx.js'),
    'embed',
    at('../../docs'),
    at('../../src/core'),
    '--out',
    out,
    '-q',
  ];
  const child = start(args, folder, file);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`qdx embed ended with ${code}`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function besideIdle(folder, measure) {
  const file = join(folder, 'idle-loop.json');
  const idle = start([...monitor, '-e', 'process.stdin.resume()'], folder, file);
  const ended = once(idle, 'exit');
  try {
    const noticed = await measure();
    idle.stdin.end();
    await ended;
    return { ...noticed, idleProcess: JSON.parse(readFileSync(file, 'utf8')) };
  } finally {
    idle.kill();
  }
}

const start = (args, home, file) =>
  spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: join(home, 'cache'), QDX_BENCH_LOOP: file },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
