/**
 * Parameters of reranking as the settings would make them.
 */
import type { RerankCandidate } from '../../src/core/retrieval/rerank/port.ts';
import type { RerankParams } from '../../src/core/retrieval/rerank/params.ts';
import type { RemoteParams } from '../../src/core/retrieval/rerank/remote/remote-params.ts';

export const rerankParams = (remote: Partial<RemoteParams> = {}, more: Partial<RerankParams> = {}): RerankParams => ({
  kinds: [],
  depth: 100,
  cascadeDepth: 25,
  crossModel: 'none',
  workers: 1,
  remote: {
    timeoutMs: 5_000,
    allowRemoteText: false,
    insecure: false,
    batchSize: 32,
    textsField: 'documents',
    ...remote,
  },
  ...more,
});

/** Texts `text 0`, `text 1`, … unless others are given. */
export const rerankCandidates = (count: number, textOf = (index: number) => `text ${index}`): RerankCandidate[] =>
  Array.from({ length: count }, (_, index) => ({
    id: index,
    text: textOf(index),
    payload: {},
    rank: index + 1,
    score: 1 - index / 1000,
  }));
