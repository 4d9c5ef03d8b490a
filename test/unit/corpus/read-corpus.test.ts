import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Chunk } from '../../../src/core/corpus/chunk.ts';
import { chunkingSettings } from '../../../src/core/corpus/chunking/settings.ts';
import { readCorpus } from '../../../src/core/corpus/read-corpus.ts';

const count = (text: string): number => (text.match(/\w+|[^\w\s]/g) ?? []).length;

async function folder(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'qdx-corpus-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
  return root;
}

async function chunksOf(root: string): Promise<Chunk[]> {
  const reading = readCorpus({
    roots: [{ path: root, source: 'docs' }],
    include: [],
    exclude: [],
    maxFileBytes: 2_000_000,
    includeSecrets: false,
    tokenizer: { count, specialTokens: 2 },
    chunking: chunkingSettings({ maxTokens: 64 }),
  });
  const chunks: Chunk[] = [];
  for await (const chunk of reading.chunks) chunks.push(chunk);
  return chunks;
}

test('the same bytes under another root give the same chunks and ids', async () => {
  const files = { 'a/guide.md': '# Guide\n\nWords.\n\n## Next\n\nMore words.\n', 'x.js': 'export const one = 1;\n' };
  const [first, second] = await Promise.all([folder(files), folder(files)]);
  expect(await chunksOf(second)).toEqual(await chunksOf(first));
});
