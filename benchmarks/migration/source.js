/** The collection that is migrated. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../kill/points.js';
import { ask } from '../qdrant-server.js';

const dimension = 768;
const indexed = ['language', 'source', 'start_line', 'end_line', 'kind', 'path', 'author', 'score'];

export async function makeSource(url, name, count) {
  const random = createRandom(11);
  await ask(url, 'PUT', `/collections/${name}`, {
    vectors: { dense: { size: dimension, distance: 'Cosine', on_disk: true } },
    shard_number: 2,
  });
  for (const field of indexed)
    await ask(url, 'PUT', `/collections/${name}/index?wait=true`, {
      field_name: field,
      field_schema: field.endsWith('line') ? 'integer' : field === 'score' ? 'float' : 'keyword',
    });
  for (let start = 0; start < count; start += 250) {
    const points = Array.from({ length: Math.min(250, count - start) }, (_, at) => makePoint(start + at, random));
    await ask(url, 'PUT', `/collections/${name}/points?wait=true`, { points });
  }
}

export async function untilGreen(url, name) {
  while ((await ask(url, 'GET', `/collections/${name}`)).status !== 'green') await sleep(250);
}

function makePoint(index, random) {
  const uuid = `0f000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
  return {
    id: index % 2 === 0 ? index * 1_000_003 : uuid,
    vector: { dense: Array.from({ length: dimension }, () => random.next() - 0.5) },
    payload: {
      content: `function number${index}() { ${'return x; '.repeat(55)} }`,
      language: 'go',
      source: 'bench',
      kind: 'function',
      path: `src/part${index % 97}/file${index % 1013}.go`,
      author: `author ${index % 31}`,
      start_line: index,
      end_line: index + 20,
      score: random.next(),
      exact: 9_007_199_254_740_991,
    },
  };
}
