/**
 * Stats as metrics of Prometheus.
 */
import type { Metric, Sample } from '../../../lib/prometheus-text.ts';
import type { Stats } from '../stats.ts';
import type { CollectionStats } from './collection-stats.ts';

export function metricsOfStats({ server, collections }: Stats): Metric[] {
  const gauge = (name: string, help: string, value: (stats: CollectionStats) => number): Metric => ({
    name: `qdx_collection_${name}`,
    help,
    samples: collections.map((stats) => ({ labels: labelsOf(stats), value: value(stats) })),
  });
  const each = (name: string, help: string, samples: (stats: CollectionStats) => readonly Sample[]): Metric => ({
    name: `qdx_collection_${name}`,
    help,
    samples: collections.flatMap((stats) =>
      samples(stats).map(({ labels, value }) => ({ labels: { ...labelsOf(stats), ...labels }, value })),
    ),
  });
  return [
    {
      name: 'qdx_server_info',
      help: 'The Qdrant server.',
      samples: [{ labels: { version: server.version }, value: 1 }],
    },
    { name: 'qdx_server_peers', help: 'Peers of the cluster.', samples: [{ labels: {}, value: server.peers }] },
    {
      name: 'qdx_server_resident_bytes',
      help: 'Memory that the allocator of the server holds.',
      samples: server.residentBytes === null ? [] : [{ labels: {}, value: server.residentBytes }],
    },
    gauge('points', 'Points, counted exactly.', ({ points }) => points),
    gauge('indexed_vectors', 'Vectors in indexed segments.', ({ indexedVectors }) => indexedVectors),
    gauge('segments', 'Segments.', ({ segments }) => segments),
    gauge('ready', '1 when green with its optimizer ok.', ({ status, optimizer }) =>
      Number(status === 'green' && optimizer === 'ok'),
    ),
    gauge('has_card', '1 when it has a collection card.', ({ card }) => Number(card !== null)),
    gauge('estimated_ram_bytes', 'Estimated memory as configured.', ({ estimate }) => estimate.configuredBytes),
    each('reported_bytes', 'Logical size as the server reports it.', ({ reported }) =>
      reported === null
        ? []
        : [
            { labels: { part: 'vectors' }, value: reported.vectorBytes },
            { labels: { part: 'payloads' }, value: reported.payloadBytes },
          ],
    ),
    each('replica_active', '1 when the replica is active.', ({ replicas }) =>
      replicas.map(({ shard, peer, state }) => ({
        labels: { shard: String(shard), peer, state },
        value: Number(state === 'Active'),
      })),
    ),
    each('warning', 'A warning of qdx stats.', ({ warnings }) =>
      warnings.map(({ code }) => ({ labels: { code }, value: 1 })),
    ),
  ];
}

const labelsOf = ({ name, physical }: CollectionStats) => ({ collection: name, physical });
