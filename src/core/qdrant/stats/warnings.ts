/**
 * What is worth a warning in a collection's figures: each with what it costs and what to do.
 */
import type { CollectionStats } from './collection-stats.ts';
import { shellText } from '../../../lib/shell-line.ts';

export interface StatsWarning {
  /** Stable, for scripts. */
  readonly code:
    | 'not-green'
    | 'optimizer'
    | 'indexing-deferred'
    | 'not-indexed'
    | 'card-missing'
    | 'ef-construct'
    | 'replica'
    | 'single-replica'
    | 'payload-index'
    | 'strict-mode';
  readonly message: string;
}

export type WarningInput = Omit<CollectionStats, 'warnings'> & {
  /** Peers of the cluster; 1 where it is none. */
  readonly peers: number;
};

type Rule = (stats: WarningInput) => StatsWarning | null;

/** Most serious first. */
const rules: readonly Rule[] = [
  ({ optimizer }) =>
    optimizer === 'ok'
      ? null
      : { code: 'optimizer', message: `the optimizer failed: ${optimizer}; see the server's log` },
  ({ replicas }) => {
    const lost = replicas.filter(({ state }) => state !== 'Active');
    if (lost.length === 0) return null;
    const which = lost.map(({ shard, peer, state }) => `shard ${shard} on peer ${peer} is ${state}`).join(', ');
    return { code: 'replica', message: `${which}; bring that peer back, or replicate the shard elsewhere` };
  },
  ({ status }) => {
    if (status === 'green') return null;
    const what: Readonly<Record<string, string>> = {
      yellow: 'it is yellow: segments are being optimized, searches may be slower meanwhile',
      grey: 'it is grey: optimizing stopped with a restart and goes on with the next write',
      red: "it is red: the server cannot repair it by itself; see the server's log",
    };
    return { code: 'not-green', message: what[status] ?? `its status is ${status}` };
  },
  ({ indexingDeferred }) =>
    indexingDeferred
      ? { code: 'indexing-deferred', message: 'an upload that was stopped left it without an index; run it again' }
      : null,
  notIndexed,
  ({ card, physical }) =>
    card
      ? null
      : {
          code: 'card-missing',
          message: shellText`it has no card: qdx collections adopt ${physical} --model <model> writes one`,
        },
  ({ hnsw: { m, efConstruct } }) =>
    efConstruct < 2 * m
      ? {
          code: 'ef-construct',
          message: `ef_construct ${efConstruct} is below 2·m (${2 * m}): links are chosen badly, recall suffers`,
        }
      : null,
  ({ replicationFactor, peers }) =>
    peers > 1 && replicationFactor < 2
      ? { code: 'single-replica', message: 'every shard lies on one peer only: a lost peer takes its points with it' }
      : null,
  ({ payloadIndexes, points }) =>
    payloadIndexes.length === 0 && points > 10_000
      ? { code: 'payload-index', message: 'no payload field is indexed: every filter reads all payloads' }
      : null,
  ({ strictMode }) =>
    strictMode
      ? { code: 'strict-mode', message: 'strict mode is on: the server refuses requests beyond its limits' }
      : null,
];

export const findWarnings = (stats: WarningInput): StatsWarning[] =>
  rules.map((rule) => rule(stats)).filter((warning) => warning !== null);

/** Only where a segment is large enough to be indexed at all; while it is yellow that may still come. */
function notIndexed(stats: WarningInput): StatsWarning | null {
  const { indexedVectors, indexingThresholdKb, segments, status, estimate, indexingDeferred } = stats;
  if (indexedVectors > 0 || status === 'yellow' || indexingDeferred) return null;
  const vectorKb = estimate.vectorBytes / 1024;
  if (indexingThresholdKb === 0)
    return vectorKb > stats.hnsw.fullScanThresholdKb
      ? { code: 'not-indexed', message: 'indexing is switched off (threshold 0): every search reads all vectors' }
      : null;
  return vectorKb / Math.max(1, segments) > indexingThresholdKb
    ? { code: 'not-indexed', message: 'no vector is indexed: every search reads all vectors' }
    : null;
}
