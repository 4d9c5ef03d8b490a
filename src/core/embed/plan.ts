/**
 * What a run has to do, before it does it: which chunks are in the collection as they are, which vectors are in the cache.
 */
import type { RunOptions } from '../../lib/events.ts';
import type { Chunk } from '../corpus/chunk.ts';
import { type CostEstimate, describeEstimate, estimateCost } from '../models/endpoint/estimate.ts';
import { type CollectionView, findUnchanged } from './compare.ts';
import type { Embedder } from './embedder.ts';
import type { Spool } from './spool.ts';

export interface RunPlan {
  readonly unchanged: number;
  /** To be written, vector in the cache. */
  readonly cached: number;
  /** To be written, vector to be made. */
  readonly fresh: number;
  /** Tokens of the fresh ones. */
  readonly freshTokens: number;
  /** What an endpoint will be asked for; null where the model is on this machine. */
  readonly estimate: CostEstimate | null;
  /** Chunks of the shard that are to be written. */
  changed(spool: Spool): AsyncGenerator<Chunk, void, undefined>;
}

/** `view` null: there is no collection yet, or none is involved. */
export async function planRun(
  spool: Spool,
  embedder: Embedder,
  view: CollectionView | null,
  run: RunOptions,
): Promise<RunPlan> {
  if (view) run.onEvent?.({ type: 'phase', name: 'comparing', detail: view.physical });
  const flags = view ? await findUnchanged(view, spool) : new Uint8Array(spool.count);
  async function* changed(source: Spool): AsyncGenerator<Chunk, void, undefined> {
    let position = 0;
    for await (const chunk of source.chunks('shard')) if (flags[position++] === 0) yield chunk;
  }
  let [cached, fresh, freshTokens] = [0, 0, 0];
  for await (const { text, tokenCount } of changed(spool)) {
    run.signal?.throwIfAborted();
    if (embedder.isKnown(text)) cached++;
    else {
      fresh++;
      freshTokens += tokenCount;
    }
  }
  const estimate = estimateCost(embedder.model, { texts: fresh, tokens: freshTokens });
  if (estimate && fresh > 0) run.onEvent?.({ type: 'note', message: describeEstimate(embedder.model, estimate) });
  return { unchanged: spool.count - cached - fresh, cached, fresh, freshTokens, estimate, changed };
}
