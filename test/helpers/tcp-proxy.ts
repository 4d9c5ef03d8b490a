/**
 * A TCP proxy in front of a real server that counts connections, and can delay and cut them.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly url: string;
  /** Connections accepted since the start. */
  readonly accepted: number;
  /** Connections open now, and the most that were open at once. */
  readonly open: number;
  readonly peak: number;
  /** That went through, both ways together. */
  readonly bytes: number;
  /** Once so many bytes went through, all connections are cut and none is taken any more, until `heal`. */
  breakAfter(bytes: number): void;
  heal(): void;
  /** Cuts all open connections. */
  cut(): void;
  /** The next `count` answers get lost with their connections; their requests reach the server. */
  loseAnswers(count: number): void;
  close(): Promise<void>;
}

export interface TcpProxyOptions {
  /** Holds back what the server sends. */
  readonly delayMs?: number;
}

export async function startTcpProxy(target: string, { delayMs = 0 }: TcpProxyOptions = {}): Promise<TcpProxy> {
  const { hostname, port, protocol } = new URL(target);
  const sockets = new Set<Socket>();
  let accepted = 0;
  let peak = 0;
  let toLose = 0;
  let bytes = 0;
  let breaksAt = Infinity;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes >= breaksAt) cut();
  };
  const server = createServer((client) => {
    if (bytes >= breaksAt) {
      client.destroy();
      return;
    }
    accepted++;
    sockets.add(client);
    peak = Math.max(peak, sockets.size);
    const upstream = connect(Number(port), hostname);
    client.on('data', count);
    client.pipe(upstream);
    upstream.on('data', (chunk) => {
      count(chunk);
      if (client.destroyed) return;
      if (toLose > 0) {
        toLose--;
        client.destroy();
      } else if (delayMs === 0 && !client.write(chunk)) {
        upstream.pause();
        client.once('drain', () => upstream.resume());
      }
    });
    if (delayMs > 0) upstream.on('data', (chunk) => setTimeout(() => client.writable && client.write(chunk), delayMs));
    const end = () => {
      sockets.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`,
    get accepted() {
      return accepted;
    },
    get open() {
      return sockets.size;
    },
    get peak() {
      return peak;
    },
    loseAnswers: (count) => {
      toLose = count;
    },
    get bytes() {
      return bytes;
    },
    breakAfter: (more) => {
      breaksAt = bytes + more;
    },
    heal: () => {
      breaksAt = Infinity;
    },
    cut,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
