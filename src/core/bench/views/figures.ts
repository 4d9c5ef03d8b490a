/**
 * How figures are written, the same in every suite.
 */
import { counted, formatBytes, formatCount } from '../../../lib/quantities.ts';
import type { Interval } from '../../../lib/statistics/bootstrap.ts';
import type { Latency } from '../../../lib/statistics/latency.ts';
import type { CollectionFacts, ModelFacts, ReportHead } from '../run/report.ts';
import type { ViewCell, ViewFigure, ViewTable } from './view.ts';

export const score = (value: number): string => value.toFixed(4);
export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
/** Three digits, where there are that many. */
export const milliseconds = (value: number): string => `${value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)} ms`;
export const interval = ({ lower, upper }: Pick<Interval, 'lower' | 'upper'>): string =>
  `${score(lower)} to ${score(upper)}`;

/** One that cannot be trusted says why. */
export function latencyCell(latency: Latency, name: 'p50Ms' | 'p95Ms' | 'p99Ms'): ViewCell {
  const text = milliseconds(latency[name]);
  const doubt = latency.untrusted[name];
  return doubt === undefined ? text : { text, doubt };
}

export function latencyCells(latency: Latency): ViewCell[] {
  return [
    latencyCell(latency, 'p50Ms'),
    latencyCell(latency, 'p95Ms'),
    latencyCell(latency, 'p99Ms'),
    milliseconds(latency.maxMs),
    formatCount(latency.samples),
  ];
}

export const latencyHeader = ['p50', 'p95', 'p99', 'max', 'samples'];

export function headFacts(head: ReportHead): [string, string][] {
  const { host, server, input, seed } = head;
  return [
    ...(input
      ? ([
          [
            'queries',
            `${formatCount(input.queries)}, ${formatCount(input.judged)} judged, from ${input.source} (${input.kind})`,
          ],
          ['gain', input.gain === 'linear' ? 'linear, as trec_eval' : 'exponential, 2^grade − 1'],
        ] as [string, string][])
      : []),
    ...head.collections.map((one): [string, string] => ['collection', collectionFacts(one)]),
    ...(server
      ? ([
          [
            'server',
            `Qdrant ${server.version}${server.cores === null ? '' : `, ${server.cores} cores`}${server.residentBytes === null ? '' : `, ${formatBytes(server.residentBytes)} resident`}`,
          ],
        ] as [string, string][])
      : []),
    [
      'host',
      `${host.cpu}, ${host.cores} cores (${host.cpuFlags.join(' ') || 'no flags known'}), ${formatBytes(host.memoryBytes)}, load ${host.load.toFixed(1)}`,
    ],
    ['versions', `qdx ${host.qdx}, Node ${host.node}, onnxruntime ${host.onnxruntime}, ${host.system}`],
    ['run', `${head.startedAt}, seed ${seed}`],
  ];
}

function collectionFacts({
  name,
  points,
  vectorBytes,
  payloadBytes,
  model,
  segments,
  quantization,
}: CollectionFacts): string {
  return [
    `${name}: ${counted(points, 'points')} in ${segments} ${segments === 1 ? 'segment' : 'segments'}`,
    `vectors ${formatBytes(vectorBytes)}`,
    ...(payloadBytes === null ? [] : [`payloads ${formatBytes(payloadBytes)}`]),
    ...(quantization === null ? [] : [`quantized (${Object.keys(quantization as object).join(', ')})`]),
    model ? describeModel(model) : 'no card',
  ].join(', ');
}

/** Hashes are cut to what tells two of them apart. */
export const describeModel = ({ name, dtype, dimension, revision, sha256 }: ModelFacts): string =>
  `model ${name} (${[dtype, String(dimension), ...(revision === null ? [] : [`revision ${revision.slice(0, 12)}`]), ...(sha256 === null ? [] : [`sha256 ${sha256.slice(0, 12)}`])].join(', ')})`;

/** `ndcg@10` -> `ndcg_at_10`. */
export const metricName = (measure: string): string => measure.replace('@', '_at_').replaceAll(/[^a-z0-9_]/g, '_');

export const measureTable = (title: string, measures: Readonly<Record<string, Interval>>): ViewTable => ({
  title,
  header: ['measure', 'mean', '95 % interval'],
  rows: Object.entries(measures).map(([name, one]) => [name, score(one.mean), interval(one)]),
  right: [1, 2],
});

export const latencyFiguresOf = (
  stages: Readonly<Record<string, Latency>>,
  labels: ViewFigure['labels'],
): ViewFigure[] =>
  Object.entries(stages).flatMap(([stage, { p50Ms, p95Ms, p99Ms }]) =>
    Object.entries({ '0.5': p50Ms, '0.95': p95Ms, '0.99': p99Ms }).map(([quantile, value]) => ({
      name: 'latency_seconds',
      labels: { ...labels, stage, quantile },
      value: value / 1000,
    })),
  );
