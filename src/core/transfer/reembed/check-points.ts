/**
 * Is the new collection the old one but for its vectors? Every id, payload and kept vector is compared byte for byte, and every
 * point with text has its new vector.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { counted, formatCount } from '../../../lib/quantities.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import { pairById } from '../points/cursor.ts';
import type { ScanIndex } from '../delta/scan-index.ts';
import type { Side } from '../points/side.ts';
import { displayId, type IdToken } from '../points/point-order.ts';
import type { RawPoint } from '../points/raw-points.ts';
import { createPageSize, type IdRange, scanRange } from '../points/scan-range.ts';
import type { PointRecipe } from './make-points.ts';
import { movedSince } from './moved-since.ts';
import { keptLine, type KeptParts, payloadOf } from './point-line.ts';
import { partsOf } from '../points/point-parts.ts';
import { textOf } from './text-rule.ts';
import { isSameLine } from '../points/comparable-line.ts';

export interface PointsCheck {
  /** Points of the source, all of them equal in the target in id, payload and kept vectors. */
  readonly points: number;
  /** Points that have the new vector. */
  readonly withVector: number;
  /** Points that were written in the source since it came to rest: they are carried over after the switch. */
  readonly movedMeanwhile: number;
}

export interface CheckInput {
  readonly from: Side;
  readonly to: Side;
  readonly recipe: PointRecipe;
  readonly shardKeys: readonly IdRange['shardKey'][];
  /** What the target was made from. */
  readonly sourceIndex: ScanIndex;
  /** Points whose text the model could not survive. */
  readonly failed: number;
}

/** @throws QdxError `verification` naming the first few that differ. */
export async function checkPoints(input: CheckInput, run: RunOptions = {}): Promise<PointsCheck> {
  const { from, to, recipe } = input;
  run.onEvent?.({ type: 'phase', name: 'comparing', detail: `${to.physical} with ${from.physical}` });
  const found = { points: 0, withoutText: 0, moved: 0 };
  for (const shardKey of input.shardKeys) await compareShard(input, shardKey, found, run);
  const expected = found.points - found.withoutText - input.failed - found.moved;
  const withVector = await countMade(to, { must: [{ has_vector: recipe.denseName }] }, run);
  assertMade(to.physical, 'the new vector', withVector, expected);
  if (recipe.tokens) {
    const filter = { must_not: [{ is_empty: { key: recipe.tokens.payloadKey } }] };
    assertMade(to.physical, 'token vectors', await countMade(to, filter, run), expected);
  }
  return { points: found.points, withVector, movedMeanwhile: found.moved };
}

const countMade = ({ connection, physical }: Side, filter: unknown, run: RunOptions): Promise<number> =>
  countPoints(connection, physical, { filter, ...signalOf(run) });

function assertMade(physical: string, what: string, count: number, expected: number): void {
  if (count >= expected) return;
  throw new QdxError(
    'verification',
    `${physical}: ${counted(count, 'points have')} ${what}, expected ${formatCount(expected)}`,
    { hint: 'nothing was switched; run the same command again' },
  );
}

const signalOf = ({ signal }: RunOptions) => (signal ? { signal } : {});

interface Found {
  points: number;
  withoutText: number;
  moved: number;
}

/** Points that differ are looked up in the source by so many. */
const differingAtOnce = 500;

/** To its end, whatever was written meanwhile. @throws QdxError `verification` for what differs, and was not. */
async function compareShard(
  input: CheckInput,
  shardKey: IdRange['shardKey'],
  found: Found,
  run: RunOptions,
): Promise<void> {
  const { from, to, recipe } = input;
  let differing = new Set<IdToken>();
  const setMovedAside = async ({ isEnd }: { readonly isEnd: boolean }): Promise<void> => {
    const moved = await movedSince(from, input.sourceIndex, shardKey, differing, run);
    const [first, ...more] = [...differing].filter((id) => !moved.has(id));
    if (first !== undefined) throw notTheSame(input, [first, ...more], isEnd);
    found.moved += moved.size;
    differing = new Set();
  };
  const scan = (side: Side) => scanKept(side, shardKey, recipe.kept.vectors, run);
  for await (const [expected, actual] of pairById(scan(from), scan(to))) {
    run.signal?.throwIfAborted();
    if (expected) {
      if (++found.points % 1000 === 0) announce(found.points, run);
      if (textOf(payloadOf(partsOf(expected)), recipe.rule) === null) found.withoutText++;
    }
    if (!expected) differing.add(actual.id);
    else if (!actual || !sameParts(expected, actual, recipe.kept)) differing.add(expected.id);
    if (differing.size >= differingAtOnce) await setMovedAside({ isEnd: false });
  }
  if (differing.size > 0) await setMovedAside({ isEnd: true });
}

const announce = (done: number, { onEvent }: RunOptions): void =>
  onEvent?.({ type: 'progress', stage: 'comparing', done, unit: 'points' });

/** Points with payload and kept vectors alone: those of the old model are not even sent. */
function scanKept(
  { connection, physical }: Side,
  shardKey: IdRange['shardKey'],
  kept: readonly string[],
  run: RunOptions,
): AsyncIterable<readonly RawPoint[]> {
  const range = { from: null, to: null, shardKey };
  const vectors = kept.length > 0 ? kept : (false as const);
  return scanRange(connection, { physical, range, vectors, pageSize: createPageSize() }, run);
}

const sameParts = (was: RawPoint, is: RawPoint, kept: KeptParts): boolean =>
  isSameLine(keptLine(partsOf(was), kept).line, keptLine(partsOf(is), kept).line);

function notTheSame({ from, to }: CheckInput, ids: readonly IdToken[], isEnd: boolean): QdxError {
  const atLeast = isEnd ? '' : 'at least ';
  const first = ids.slice(0, 3).map(displayId);
  return new QdxError(
    'verification',
    `${to.physical} is not what ${from.physical} makes: ${atLeast}${formatCount(ids.length)} ${ids.length === 1 ? 'point is' : 'points are'} missing, too many, or otherwise ` +
      `(the first: ${first.join(', ')})`,
    {
      hint: 'nothing was switched; run the same command again: what differs is made anew',
      details: { points: ids.length, first },
    },
  );
}
