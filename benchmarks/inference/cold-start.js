/** From the start of a process to one query vector and its exit, against a Node that does nothing. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, round, timed } from './host.js';

const oneQuery = fileURLToPath(new URL('one-query.js', import.meta.url));

export async function measureColdStart({ rounds, cacheFolder }) {
  const node = (...args) => timed(() => execFileSync(process.execPath, args));
  const firstMs = await node(oneQuery, cacheFolder);
  const [emptyMs, queryMs] = [[], []];
  for (let index = 0; index < rounds; index++) {
    emptyMs.push(await node('-e', '0'));
    queryMs.push(await node(oneQuery, cacheFolder));
  }
  return {
    'one query vector to node -e 0': round(median(queryMs) / median(emptyMs)),
    emptyMs: round(median(emptyMs), 0),
    queryMs: round(median(queryMs), 0),
    firstEverMs: round(firstMs, 0),
    timesMs: { empty: emptyMs, query: queryMs },
  };
}
