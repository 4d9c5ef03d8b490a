/** `late,cross` over a real collection: what each search says of its own reranking. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, round } from '../host.js';
import { startQdrant } from '../qdrant-server.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

export async function measureCascade({ model, work }) {
  const server = await startQdrant(join(work, 'qdrant'));
  try {
    mkdirSync(join(work, 'cwd'), { recursive: true });
    const env = { PATH: process.env.PATH, HOME: work, QDRANT_URL: server.url };
    const qdx = (args) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/qdx.js'), ...args], {
        cwd: join(work, 'cwd'),
        env,
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      });
      if (status !== 0) throw new Error(`qdx ${args.join(' ')} ended with ${status}: ${stderr}`);
      return stdout;
    };
    qdx(['embed', '-c', 'docs', join(root, 'docs'), join(root, 'fixtures/demo')]);
    const lines = readFileSync(join(root, 'fixtures/demo-queries/queries.jsonl'), 'utf8').trim().split('\n');
    const queries = lines.map((line, id) => JSON.stringify({ id, query: JSON.parse(line).query }));
    writeFileSync(join(work, 'queries.jsonl'), `${queries.join('\n')}\n`);
    const search = (rerank) =>
      qdx([
        'search',
        '--queries',
        join(work, 'queries.jsonl'),
        '-c',
        'docs',
        '--format',
        'jsonl',
        '--rerank',
        rerank,
        '--cross-model',
        model,
      ])
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const answers = search('late,cross');
    const times = answers.map(({ rerankTimeMs }) => rerankTimeMs);
    const stages = answers[0].reranking.map(({ kind, candidates, scored }) => ({ kind, candidates, scored }));
    return {
      queries: answers.length,
      stages,
      p50Ms: round(median(times), 1),
      // The searches of --queries run four side by side, so that their times hold waiting for each other.
      sideBySide: 4,
      crossAloneP50Ms: round(median(search('cross').map(({ rerankTimeMs }) => rerankTimeMs)), 1),
      timesMs: times.map((ms) => round(ms, 1)),
    };
  } finally {
    await server.stop();
  }
}
