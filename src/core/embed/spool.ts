/**
 * Spool: all chunks of a run on disk, before any of them is embedded. From then on the run knows how many there are, which
 * ids it has and what its input hash is, and it can go through them again without reading the corpus, which may
 * be changing, a second time. Memory: about 30 bytes a chunk.
 */
import { createHash } from 'node:crypto';
import { readByteLines } from '../../lib/byte-lines.ts';
import { QdxError } from '../../lib/errors.ts';
import { parseJson, stringifyJson } from '../../lib/json.ts';
import { createScratchFile } from '../../lib/scratch-file.ts';
import type { Chunk } from '../corpus/chunk.ts';
import { createSeenIds, type SeenIds } from '../qdrant/upload/seen-ids.ts';
import { type Shard, shardOf } from '../vectors/shard.ts';

export interface Spool {
  /** Chunks of this shard. */
  readonly count: number;
  /** Chunks of the whole run. */
  readonly totalCount: number;
  /** Tokens of this shard's chunks, for the ETA. */
  readonly tokenCount: number;
  /** sha256 over id and text of every chunk of the whole run, in order: equal in all shards. */
  readonly inputHash: string;
  /** Ids of the whole run. */
  readonly ids: SeenIds;
  /** Again and again, in the same order. */
  chunks(scope: 'shard' | 'run'): AsyncGenerator<Chunk, void, undefined>;
  remove(): Promise<void>;
}

export interface SpoolOptions {
  /** Preferred place; the system's temporary folder where it cannot be written. */
  readonly folder: string;
  readonly shard: Shard;
  readonly signal?: AbortSignal;
  /** Each chunk as it is read. */
  readonly onChunk?: (chunk: Chunk) => void;
}

const maxLineBytes = 256 * 1024 * 1024;

/** @throws QdxError `usage` for two chunks of one id, and whatever reading the corpus throws. */
export async function spoolChunks(chunks: AsyncIterable<Chunk>, options: SpoolOptions): Promise<Spool> {
  const file = await createScratchFile(options.folder, 'chunks-');
  const facts = createFacts(options.shard);
  try {
    for await (const chunk of chunks) {
      options.signal?.throwIfAborted();
      facts.add(chunk);
      options.onChunk?.(chunk);
      await file.write(Buffer.from(`${stringifyJson(chunk)}\n`));
    }
    await file.close();
  } catch (error) {
    await file.remove();
    throw error;
  }
  return {
    ...facts.read(),
    chunks: (scope) => readSpool(file.path, scope === 'run' ? null : options.shard),
    remove: () => file.remove(),
  };
}

function createFacts({ shard, shards }: Shard) {
  const ids = createSeenIds();
  const hash = createHash('sha256');
  let [count, totalCount, tokenCount] = [0, 0, 0];
  return {
    add({ id, text, tokenCount: tokens, payload }: Chunk): void {
      if (ids.add(id, ++totalCount) !== undefined)
        throw new QdxError(
          'usage',
          `two chunks have the id ${id}: ${payload.source} ${payload.source_path} comes twice`,
          {
            hint: 'give two folders of one name different names with --source, in runs of their own',
          },
        );
      hash.update(id).update('\0').update(text).update('\0');
      if (shardOf(id, shards) !== shard) return;
      count++;
      tokenCount += tokens;
    },
    read: () => ({
      count,
      totalCount,
      tokenCount,
      inputHash: hash.digest('hex'),
      ids,
    }),
  };
}

async function* readSpool(path: string, shard: Shard | null): AsyncGenerator<Chunk, void, undefined> {
  for await (const { bytes } of readByteLines(path, { maxLineBytes })) {
    const chunk = parseJson(bytes) as Chunk;
    if (!shard || shardOf(chunk.id, shard.shards) === shard.shard) yield chunk;
  }
}
