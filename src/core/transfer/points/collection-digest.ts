/**
 * Count and hash of all points of a collection, ranges of ids read side by side. Nothing is kept.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { sumOfHashes } from './points-hash.ts';
import { planRanges, type RangesInput } from './ranges.ts';
import { createPageSize, digestRange, type IdRange, type RangeDigest } from './scan-range.ts';

export interface DigestInput extends RangesInput {
  /** Ranges read at once. */
  readonly parallel: number;
}

export async function digestCollection(
  connection: Connection,
  input: DigestInput,
  run: RunOptions = {},
): Promise<RangeDigest> {
  const { points: total, ranges } = await planRanges(connection, input, run);
  const pageSize = createPageSize();
  run.onEvent?.({ type: 'phase', name: 'hashing', detail: input.physical });
  let done = 0;
  const onPage = (points: number) => {
    run.signal?.throwIfAborted();
    done += points;
    run.onEvent?.({ type: 'progress', stage: 'hashing', done, total, unit: 'points' });
  };
  const digest = (range: IdRange) => digestRange(connection, { ...input, range, pageSize }, { ...run, onPage });
  const found: RangeDigest[] = [];
  for await (const each of mapOrdered(inTurn(ranges), digest, { inFlight: input.parallel })) found.push(each);
  return {
    points: found.reduce((sum, { points }) => sum + points, 0),
    pointsHash: sumOfHashes(found.map(({ pointsHash }) => pointsHash)),
  };
}

async function* inTurn<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}
