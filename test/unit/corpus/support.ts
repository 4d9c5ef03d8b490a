/**
 * What the corpus tests share: a tokenizer that counts words and signs, documents cut with it, folders made of a table.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Chunk, ChunkingSettings } from '../../../src/core/corpus/chunk.ts';
import { cutDocument } from '../../../src/core/corpus/chunking/cut.ts';
import { chunkingSettings } from '../../../src/core/corpus/chunking/settings.ts';
import type { Document } from '../../../src/core/corpus/document.ts';
import { type CorpusSummary, readCorpus, type ReadCorpusParams } from '../../../src/core/corpus/read-corpus.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

/** Words, digits and signs; like a real tokenizer it takes more than one token for a long word. */
export const wordTokenizer = {
  count: (text: string): number => (text.match(/\p{L}{1,6}|\p{N}{1,3}|[^\s\p{L}\p{N}]/gu) ?? []).length,
  specialTokens: 2,
};

export function settings(maxTokens: number, more: Partial<ChunkingSettings> = {}): ChunkingSettings {
  return { ...chunkingSettings({ maxTokens }), ...more };
}

export function cut(document: Document, chunking: ChunkingSettings, sourcePath = 'a/file.md'): Chunk[] {
  const context = { tokenizer: wordTokenizer, chunking, documentPrefix: '', occurrences: new Map<string, number>() };
  const steps = cutDocument(document, { source: 'docs', sourcePath }, context) ?? [];
  const chunks = [...steps].filter((step) => step !== null);
  document.dispose?.();
  return chunks;
}

/** A new folder with these files; a name that ends in `/` makes a folder. */
export async function folderOf(files: Record<string, string | Buffer>): Promise<string> {
  const root = temporaryFolder('corpus');
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(name.endsWith('/') ? file : path.dirname(file), { recursive: true });
    if (!name.endsWith('/')) await writeFile(file, content);
  }
  return root;
}

export interface CorpusRead {
  readonly chunks: readonly Chunk[];
  readonly summary: CorpusSummary;
  readonly events: readonly QdxEvent[];
}

export async function readFolder(root: string, more: Partial<ReadCorpusParams> = {}): Promise<CorpusRead> {
  const events: QdxEvent[] = [];
  const reading = readCorpus(
    {
      roots: [{ path: root, source: 'docs' }],
      include: [],
      exclude: [],
      maxFileBytes: 2_000_000,
      includeSecrets: false,
      tokenizer: wordTokenizer,
      chunking: settings(128),
      ...more,
    },
    { onEvent: (event) => events.push(event) },
  );
  const chunks: Chunk[] = [];
  for await (const chunk of reading.chunks) chunks.push(chunk);
  return { chunks, summary: reading.summary(), events };
}
