/**
 * Cuts a collection into ranges of ids of about equal size. The borders come from a random sample, so they are drawn once and
 * stored; a resumed run reads them and never draws again.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import { compareIds, type IdToken } from './point-order.ts';
import { samplePoints } from './sample-points.ts';
import { createPageSize, type IdRange, scanRange } from './scan-range.ts';

export interface RangesInput {
  readonly physical: string;
  readonly filter?: unknown;
  readonly shardKeys: readonly (string | number)[];
  /** Points of a range; absent: by their size. */
  readonly partPoints?: number;
  /** Ranges that there should be at least, where there are so many points; absent: one. */
  readonly leastRanges?: number;
}

export interface PlannedRanges {
  readonly points: number;
  readonly ranges: readonly IdRange[];
}

/** What a part should weigh: all of it is read again when it was cut off. */
const partBytes = 64 * 1024 * 1024;
const samplesOfRange = 16;
const mostSamples = 10_000;

export async function planRanges(
  connection: Connection,
  input: RangesInput,
  run: RunOptions = {},
): Promise<PlannedRanges> {
  const keys = input.shardKeys.length > 0 ? input.shardKeys : [null];
  const partPoints = input.partPoints ?? (await fittingPoints(connection, input, run));
  let points = 0;
  const ranges: IdRange[] = [];
  for (const shardKey of keys) {
    const count = await countIn(connection, input, shardKey, run);
    const wanted = Math.max(1, Math.ceil(count / partPoints), Math.min(count, input.leastRanges ?? 1));
    const borders = wanted === 1 ? [] : await drawBorders(connection, input, shardKey, wanted, run);
    points += count;
    ranges.push(...between(borders, shardKey));
  }
  return { points, ranges };
}

/** Exact count, of one shard key or of all. */
export const countIn = (
  connection: Connection,
  { physical, filter }: Pick<RangesInput, 'physical' | 'filter'>,
  shardKey: IdRange['shardKey'],
  { signal }: RunOptions = {},
): Promise<number> =>
  countPoints(connection, physical, { shardKey, ...(filter !== undefined && { filter }), ...(signal && { signal }) });

/** Points that make a part of the wanted size, by the first few there are. */
async function fittingPoints(connection: Connection, input: RangesInput, run: RunOptions): Promise<number> {
  const range = { from: null, to: null, shardKey: input.shardKeys[0] ?? null };
  for await (const points of scanRange(connection, { ...input, range, pageSize: createPageSize() }, run)) {
    const bytes = points.reduce((sum, { line }) => sum + line.length, 0);
    const average = points.length === 0 ? 1 : bytes / points.length;
    return Math.max(100, Math.min(20_000, Math.floor(partBytes / average)));
  }
  return 20_000;
}

async function drawBorders(
  connection: Connection,
  { physical, filter }: RangesInput,
  shardKey: IdRange['shardKey'],
  ranges: number,
  run: RunOptions,
): Promise<IdToken[]> {
  const points = await samplePoints<{ id: string | number | bigint }>(
    connection,
    physical,
    {
      limit: Math.min(mostSamples, ranges * samplesOfRange),
      with_vector: false,
      ...(filter !== undefined && { filter }),
      ...(shardKey !== null && { shard_key: shardKey }),
    },
    run,
  );
  const ids = points.map(({ id }) => (typeof id === 'string' ? JSON.stringify(id) : String(id)));
  const sorted = [...new Set(ids)].toSorted(compareIds);
  const borders = Array.from({ length: ranges - 1 }, (_, index) =>
    sorted.at(Math.floor(((index + 1) * sorted.length) / ranges)),
  );
  return [...new Set(borders.filter((id) => id !== undefined))];
}

function between(borders: readonly IdToken[], shardKey: IdRange['shardKey']): IdRange[] {
  const edges = [null, ...borders, null];
  return edges.slice(1).map((to, index) => ({ from: edges[index] ?? null, to, shardKey }));
}
