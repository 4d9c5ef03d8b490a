/**
 * Chunks that a run could not embed or write: counted, the first few named, and what they were to replace is kept.
 */
import type { OnEvent } from '../../lib/events.ts';
import type { Chunk } from '../corpus/chunk.ts';
import type { PresenceLog } from '../corpus/presence.ts';
import type { Spool } from './spool.ts';

export interface RejectedChunk {
  readonly id: string;
  readonly source: string;
  readonly path: string;
  readonly startLine: number;
  readonly reason: string;
}

export interface RejectedChunks {
  readonly count: number;
  /** The first few. */
  readonly first: readonly RejectedChunk[];
  has(id: string): boolean;
  add(chunk: Chunk, reason: string): void;
}

const mostNamed = 10;

/** `presence` learns that these chunks' files are not in the destination as a whole. */
export function createRejectedChunks(presence: PresenceLog, onEvent?: OnEvent): RejectedChunks {
  const ids = new Set<string>();
  const first: RejectedChunk[] = [];
  return {
    get count() {
      return ids.size;
    },
    first,
    has: (id) => ids.has(id),
    add({ id, payload }, reason) {
      const { source, source_path: path, start_line: startLine } = payload;
      ids.add(id);
      presence.note(source, path, 'unread');
      if (first.length >= mostNamed) return;
      first.push({ id, source, path, startLine, reason });
      onEvent?.({ type: 'warning', message: `${source}/${path}:${startLine} is left out: ${reason}` });
    },
  };
}

/** Those that were turned away on the way to the collection; `reasons` by id. */
export async function addRefused(rejects: RejectedChunks, reasons: ReadonlyMap<string, string>, spool: Spool) {
  if (reasons.size === 0) return;
  for await (const chunk of spool.chunks('shard')) {
    const reason = reasons.get(chunk.id);
    if (reason !== undefined) rejects.add(chunk, reason);
  }
}
