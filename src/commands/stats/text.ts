/**
 * Stats as text: a block for the server, a block for each collection, warnings last, and one for the
 * searches that were logged.
 */
import type { LiveStats } from '../../core/live/live-stats.ts';
import type { CollectionStats } from '../../core/qdrant/stats.ts';
import type { View } from '../../lib/output.ts';
import { formatBytes, formatCount } from '../../lib/quantities.ts';
import { paint } from '../../lib/style.ts';
import { renderTable } from '../../lib/table.ts';
import { renderSearches } from './searches-text.ts';

export function renderStats({ server, collections, searches }: LiveStats, view: View): string {
  const { url, version, peers, residentBytes, cores } = server;
  const head = [
    `Qdrant ${version} at ${url}`,
    ...(peers > 1 ? [`${peers} peers`] : []),
    ...(cores === null ? [] : [`${cores} cores`]),
    ...(residentBytes === null ? [] : [`${formatBytes(residentBytes)} resident`]),
  ].join(', ');
  const blocks = collections.map((stats) => renderCollection(stats, view));
  return [
    head,
    ...(blocks.length > 0 ? blocks : ['there are no collections yet']),
    ...renderSearches(searches, view),
  ].join('\n\n');
}

function renderCollection(stats: CollectionStats, view: View): string {
  const { name, physical, aliases, warnings } = stats;
  const others = aliases.filter((alias) => alias !== name);
  const title = [
    paint(view, 'bold', name),
    ...(name === physical ? [] : [`-> ${physical}`]),
    ...(others.length > 0 ? [`(also ${others.join(', ')})`] : []),
  ].join(' ');
  const rows = figures(stats).map(([label, value]) => [`  ${label}`, value]);
  const lines = warnings.map(({ message }) => `  ${paint(view, 'yellow', 'warning:')} ${message}`);
  return [title, renderTable(rows), ...lines].join('\n');
}

function figures(stats: CollectionStats): [string, string][] {
  const { points, status, optimizer, segments, indexedVectors, hnsw, card, estimate, reported } = stats;
  const rows: [string, string | null][] = [
    ['status', `${status}, optimizer ${optimizer}`],
    [
      'points',
      `${formatCount(points)} in ${segments} ${segments === 1 ? 'segment' : 'segments'}; ${formatCount(indexedVectors)} vectors indexed, dense and sparse together`,
    ],
    ['vectors', stats.vectors.map(describeVector).join('; ') || 'none'],
    ['HNSW', `m ${hnsw.m}, ef_construct ${hnsw.efConstruct}${hnsw.onDisk ? ', on disk' : ''}`],
    ['quantization', describeQuantization(stats)],
    ['model', card ? `${card.model.name} (${card.model.dtype}, ${card.model.pooling} pooling)` : null],
    ['sources', card && card.sources.length > 0 ? card.sources.join(', ') : null],
    ['description', card?.description || null],
    ['indexed fields', stats.payloadIndexes.map(({ field, type }) => `${field} (${type})`).join(', ') || 'none'],
    ['shards', describeShards(stats)],
    [
      'size',
      reported &&
        `${formatBytes(reported.vectorBytes)} vectors, ${formatBytes(reported.payloadBytes)} payloads (as the server reports)`,
    ],
    [
      'RAM, estimated',
      `${formatBytes(estimate.configuredBytes)} as configured; ${formatBytes(estimate.withoutQuantizationBytes)} without quantization, ` +
        `${formatBytes(estimate.withInt8Bytes)} with int8, ${formatBytes(estimate.withBinaryBytes)} with binary (originals on disk)`,
    ],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== null);
}

function describeVector({
  name,
  kind,
  dimension,
  distance,
  onDisk,
  modifier,
}: CollectionStats['vectors'][number]): string {
  const label = name === '' ? 'unnamed' : name;
  if (kind === 'sparse') return `${label} sparse${modifier ? ` (${modifier})` : ''}`;
  return `${label} ${dimension} ${distance}${kind === 'multi' ? ', multi-vector' : ''}${onDisk ? ', on disk' : ''}`;
}

function describeQuantization({ quantization }: CollectionStats): string {
  const [kind, options] = Object.entries(quantization ?? {})[0] ?? [];
  if (kind === undefined) return 'none';
  const shown = Object.entries(options ?? {}).map(([key, value]) => `${key} ${String(value)}`);
  return `${kind}${shown.length > 0 ? ` (${shown.join(', ')})` : ''}`;
}

function describeShards({ shards, replicationFactor, writeConsistencyFactor, replicas }: CollectionStats): string {
  const head = `${shards}, replication ${replicationFactor}, write consistency ${writeConsistencyFactor}`;
  if (replicas.length < 2) return head;
  return `${head}: ${replicas.map(({ shard, peer, state }) => `${shard}@${peer} ${state}`).join(', ')}`;
}
