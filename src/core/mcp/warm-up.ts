/**
 * One search that nobody sees, so that the first one that somebody sees finds the server there and the model open.
 */
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import type { ModelCard } from '../models/cards/card.ts';
import { isEndpointName } from '../models/endpoint/endpoint-model.ts';
import type { QueryEncoders } from '../retrieval/query-encoders.ts';
import type { Backend } from './backend.ts';
import { createCallTool } from './call-tool.ts';
import { search } from './tools/search.ts';

export interface WarmUp {
  /** Ends it, wherever it is. */
  stop(): Promise<void>;
}

/** What goes wrong comes again with the first real call, to somebody who can read it. */
export function startWarmUp(backend: Backend, { signal }: RunOptions): WarmUp {
  const callTool = createCallTool(onlyOfThisMachine(backend));
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

/** Nobody asked for this search: it is in no log, and no service over HTTP is sent, or paid for, words of nobody. */
function onlyOfThisMachine(whole: Backend): Backend {
  const { log: _, ...backend } = whole;
  const { opened } = backend.places;
  const all = opened.encoders;
  const encoders: QueryEncoders = {
    ...all,
    warm: async (model) => (isEndpointName(model.name) ? undefined : all.warm(model)),
    encode: async (query, model) => {
      assertIsHere(model);
      return all.encode(query, model);
    },
  };
  return { ...backend, places: { ...backend.places, opened: { ...opened, encoders } } };
}

function assertIsHere({ name }: ModelCard): void {
  if (isEndpointName(name)) throw new QdxError('refused', `${name} answers over HTTP: it is not warmed up`);
}
