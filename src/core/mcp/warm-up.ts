/**
 * One search that nobody sees, so that the first one that somebody sees finds the server there and the model open.
 */
import type { RunOptions } from '../../lib/events.ts';
import type { CallTool } from './call-tool.ts';
import { search } from './tools/search.ts';

export interface WarmUp {
  /** Ends it, wherever it is. */
  stop(): Promise<void>;
}

/** What goes wrong comes again with the first real call, to somebody who can read it. */
export function startWarmUp(callTool: CallTool, { signal }: RunOptions): WarmUp {
  const stopping = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;
  const warming = callTool(search, { query: 'warm up', limit: 1, enable_reranking: false }, { signal: stopped });
  return {
    stop: async () => {
      stopping.abort();
      await warming;
    },
  };
}
