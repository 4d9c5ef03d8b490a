/**
 * What the server has really built, segment by segment: a setting that it took is no proof, since small segments stay plain.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';

export interface SegmentFacts {
  readonly points: number;
  /** `plain` or `hnsw`. */
  readonly index: string;
  /** As the server writes it; null: full vectors. */
  readonly quantization: Readonly<Record<string, Readonly<Record<string, unknown>>>> | null;
}

interface RawSegment {
  readonly info?: { readonly num_points?: number };
  readonly config?: {
    readonly vector_data?: Readonly<
      Record<
        string,
        { readonly index?: { readonly type?: string }; readonly quantization_config?: SegmentFacts['quantization'] }
      >
    >;
  };
}

interface RawTelemetry {
  readonly collections?: {
    readonly collections?: readonly {
      readonly id: string;
      readonly shards?: readonly { readonly local?: { readonly segments?: readonly RawSegment[] } | null }[];
    }[];
  };
}

/** Segments with points, of the peer that was asked. */
export async function readSegments(
  connection: Connection,
  physical: string,
  vectorName: string,
  { signal }: RunOptions,
): Promise<SegmentFacts[]> {
  const options = { query: { details_level: 10 }, ...(signal && { signal }) };
  const raw = await connection.request<RawTelemetry>('GET', '/telemetry', options);
  const shards = raw.collections?.collections?.find(({ id }) => id === physical)?.shards ?? [];
  return shards
    .flatMap(({ local }) => local?.segments ?? [])
    .filter(({ info }) => (info?.num_points ?? 0) > 0)
    .map(({ info, config }) => {
      const vector = config?.vector_data?.[vectorName];
      return {
        points: info?.num_points ?? 0,
        index: vector?.index?.type ?? 'unknown',
        quantization: vector?.quantization_config ?? null,
      };
    });
}

/** Why figures of these segments say nothing of `kind`; null where they do. @param kind `scalar`, `binary`, or null for none. */
export function whyVoid(segments: readonly SegmentFacts[], kind: string | null): string | null {
  if (segments.length === 0) return 'the server does not show its segments';
  const plain = segments.filter(({ index }) => index !== 'hnsw').length;
  if (plain > 0) return `${plain} of ${segments.length} segments have no graph`;
  const wrong = segments.filter(({ quantization }) =>
    kind === null ? quantization !== null : !Object.hasOwn(quantization ?? {}, kind),
  ).length;
  if (wrong === 0) return null;
  return kind === null
    ? `${wrong} of ${segments.length} segments are still quantized`
    : `${wrong} of ${segments.length} segments are not quantized (${kind})`;
}
