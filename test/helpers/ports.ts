/**
 * Free TCP ports on loopback.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** `count` ports that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map(async (server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(async (server) => new Promise((resolve) => void server.close(resolve))));
  return ports;
}
