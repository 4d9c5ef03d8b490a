/**
 * An HTTP server with answers by hand, for faults that a real Qdrant cannot be brought to make.
 */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface StubAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string as it is; anything else as JSON. */
  readonly body?: unknown;
  /** Closes the connection instead of answering, or in the middle of the body. */
  readonly cut?: 'before' | 'within';
  /** Never answers. */
  readonly silent?: boolean;
}

export interface StubServer {
  readonly url: string;
  readonly requests: readonly StubRequest[];
  close(): Promise<void>;
}

/** `answers` in turn, the last one again and again; a function makes its answer of the request. */
export async function startStubServer(
  ...answers: readonly (StubAnswer | ((request: StubRequest) => StubAnswer))[]
): Promise<StubServer> {
  const requests: StubRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const next = answers[Math.min(requests.length, answers.length - 1)] ?? {};
      const { method = '', url = '', headers } = request;
      const asked = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
      requests.push(asked);
      const answer = typeof next === 'function' ? next(asked) : next;
      if (answer.silent) return;
      if (answer.cut === 'before') {
        request.socket.destroy();
        return;
      }
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? { result: true });
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
      if (answer.cut === 'within') response.write(text.slice(0, 5), () => request.socket.destroy());
      else response.end(text);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
