/**
 * How fast this machine embeds these texts: a few of them are embedded with all workers, and go to the cache.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import type { Embedder } from '../../embed/embedder.ts';
import { TextCrashError } from '../../models/text-crash.ts';

export interface Speed {
  readonly texts: number;
  readonly tokens: number;
  readonly durationMs: number;
  readonly tokensPerSecond: number;
  readonly device: string | null;
}

const longestMs = 3000;

/** Null where all texts are in the cache: then there is next to nothing to do. The first text, that opens the model, does not count. */
export async function measureSpeed(
  embedder: Embedder,
  texts: readonly string[],
  run: RunOptions = {},
): Promise<Speed | null> {
  const [first, ...others] = texts;
  if (first === undefined) return null;
  run.onEvent?.({ type: 'phase', name: 'measuring', detail: 'how fast this machine embeds' });
  const embed = (text: string) => embedder.embed(text).catch(tokensOfCrash);
  await embed(first);
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  let [count, tokens, durationMs] = [0, 0, 0];
  const source = whileTrue(others, () => elapsed() < longestMs);
  for await (const { isCached, tokenCount } of mapOrdered(source, embed, { inFlight: () => embedder.inFlight })) {
    if (isCached) continue;
    count++;
    tokens += tokenCount;
    durationMs = elapsed();
  }
  if (count === 0) return null;
  const { device } = embedder;
  return { texts: count, tokens, durationMs, tokensPerSecond: (tokens * 1000) / durationMs, device };
}

/** What such a text is answered with is for the run to say. */
function tokensOfCrash(error: unknown) {
  if (error instanceof TextCrashError) return { isCached: true, tokenCount: 0 };
  throw error;
}

async function* whileTrue<T>(items: readonly T[], goesOn: () => boolean): AsyncGenerator<T, void, undefined> {
  for (const item of items) {
    if (!goesOn()) return;
    yield item;
  }
}
