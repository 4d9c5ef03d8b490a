/** What qdx adds to each window, beside the request itself. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createHttpTransport } from '../../dist/lib/http.js';
import { openListwise } from '../../dist/core/retrieval/rerank/listwise/listwise.js';
import { listwisePrompt } from '../../dist/core/retrieval/rerank/listwise/prompt.js';
import { median, round, timed } from '../host.js';

const query = 'how are points written to a collection that is being read';
const windows = 19;

export async function measureListwise({ rounds }) {
  const server = fork(fileURLToPath(new URL('played-model.js', import.meta.url)));
  const [url] = await once(server, 'message');
  const text = 'export function write(points) { return points.length; }\n'.repeat(15);
  const candidates = Array.from({ length: 100 }, (_, index) => ({ id: index, text, payload: {}, rank: index + 1 }));
  const remote = {
    url,
    timeoutMs: 10_000,
    allowRemoteText: false,
    insecure: false,
    batchSize: 1,
    textsField: 'documents',
  };
  const reranker = await openListwise({ params: { remote, depth: 100 } }, {});
  const transport = createHttpTransport({ maxSockets: 1 });
  const messages = listwisePrompt(
    query,
    Array.from({ length: 10 }, () => text),
  );
  const body = JSON.stringify({ model: 'm', messages });
  const plain = async () => {
    for (let at = 0; at < windows; at++)
      await transport.send({
        method: 'POST',
        url: new URL(`${url}/v1/chat/completions`),
        body,
        timeoutMs: 1e4,
        headers: { 'content-type': 'application/json' },
      });
  };
  const rerank = () => reranker.rerank(query, candidates, {});
  await rerank();
  await plain();
  const times = { qdx: [], plain: [] };
  for (let index = 0; index < rounds; index++) {
    times.qdx.push(await timed(rerank));
    times.plain.push(await timed(plain));
  }
  await reranker.close();
  transport.close();
  server.disconnect();
  const added = times.qdx.map((ms, index) => (ms - times.plain[index]) / windows);
  return { windows, addedMs: round(median(added), 3), passMs: round(median(times.qdx), 1), timesMs: times };
}
