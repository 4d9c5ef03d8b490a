/**
 * The same commands, as typed, on a real cluster of three peers; one of them is killed while `qdx embed` writes.
 */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import { type RunningCluster, startCluster } from '../../helpers/cluster.ts';
import { connectTo } from '../../helpers/connection.ts';
import { corpusFolder, manyFiles } from '../../helpers/embed-corpus.ts';
import { runQdx, spawnQdx, temporaryHome } from '../../helpers/run-qdx.ts';

let cluster: RunningCluster;
beforeAll(async () => {
  cluster = await startCluster(3);
});
afterAll(async () => {
  await cluster.stop();
});

const home = temporaryHome();
const folder = corpusFolder(manyFiles(20, 10));
const spread = ['--shard-number', '3', '--replication-factor', '2', '--write-consistency-factor', '1'];

/** Runs `qdx embed`, and kills a peer once fifty chunks are embedded and sent; resolves to what it said. */
async function embedWhileOneDies(url: string, kill: () => Promise<void>) {
  const args = ['embed', folder, '-c', 'docs', ...spread, '--batch-size', '5', '--url', url, '--json'];
  const child = spawnQdx([...args, '--progress', 'json'], { home });
  const said = { stdout: '', stderr: '' };
  let killed: Promise<void> | undefined;
  let embeddedAtKill = 0;
  child.stdout?.on('data', (text) => (said.stdout += String(text)));
  child.stderr?.on('data', (text) => {
    said.stderr += String(text);
    const [last] = [...said.stderr.matchAll(/"stage":"embedding","done":(\d+)/gu)].slice(-1);
    if (killed || Number(last?.[1] ?? 0) < 50) return;
    embeddedAtKill = Number(last?.[1]);
    killed = kill();
  });
  const [exitCode] = (await once(child, 'close')) as [number];
  await killed;
  return { ...said, exitCode, embeddedAtKill };
}

test('embed, search and stats as typed: a peer that dies in the middle costs nothing', async () => {
  const [first, second, third] = cluster.peers;
  if (!first || !second || !third) throw new Error('three peers');
  const run = await embedWhileOneDies(first.url, () => third.kill());
  expect([run.exitCode, run.stderr]).toEqual([0, expect.anything()]);
  const { chunks, written } = JSON.parse(run.stdout) as { chunks: number; written: number };
  expect(written).toBe(chunks);
  expect(run.embeddedAtKill).toBeGreaterThanOrEqual(50);
  expect(run.embeddedAtKill).toBeLessThan(chunks);

  const whole = await runQdx(['embed', folder, '--chunks-out', 'chunks.jsonl', '--json'], { home });
  expect(JSON.parse(whole.stdout)).toMatchObject({ chunks });
  for (const peer of [first, second]) {
    const line = connectTo(peer);
    const ids = new Set<string>();
    for await (const { id } of scrollPoints(line, 'docs', { withPayload: false })) ids.add(String(id));
    expect(ids.size).toBe(chunks);
    await line.close();
  }

  const env = { QDRANT_URL: second.url };
  const found = await runQdx(['search', 'section 17', '-c', 'docs', '--json'], { home, env });
  expect([found.exitCode, found.stderr]).toEqual([0, expect.anything()]);
  expect((JSON.parse(found.stdout) as { hits: unknown[] }).hits).toHaveLength(10);

  const stats = await runQdx(['stats', 'docs', '--json'], { home, env });
  expect(stats.exitCode).toBe(0);
  const { collections } = JSON.parse(stats.stdout) as {
    collections: { points: number; replicas: { state: string }[]; warnings: { code: string }[] }[];
  };
  expect(collections[0]?.points).toBe(chunks);
  expect(collections[0]?.replicas).toHaveLength(6);
  expect(collections[0]?.warnings.map(({ code }) => code)).toContain('replica');
});
