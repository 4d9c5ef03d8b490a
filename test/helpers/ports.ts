/**
 * Free TCP ports on loopback.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that a system gives to outgoing connections, and as many as a worker of the tests has for itself. */
const lowest = 12_000;
const ofOneWorker = 1_000;
const workers = 18;
const first = lowest + ofOneWorker * (Number(process.env['VITEST_POOL_ID'] ?? 0) % workers);
let next = Math.floor(Math.random() * ofOneWorker);

/** `count` ports that were free a moment ago, all different; nobody else who asks here is given them soon. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries > ofOneWorker) throw new Error(`fewer than ${count} ports are free from ${first} on`);
    const port = first + (next++ % ofOneWorker);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => void server.close(resolve));
  }
}
