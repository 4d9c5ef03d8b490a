/**
 * Is the new collection the old one but for its vectors? Every id, payload and kept vector is compared byte for byte, and every
 * point with text has its new vector.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { formatCount } from '../../../lib/quantities.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import type { PointDifferences } from '../compare/difference-lists.ts';
import { createPointComparison } from '../compare/merge-points.ts';
import type { RawPoint } from '../raw-points.ts';
import type { Side } from '../delta/side.ts';
import { createPageSize, type IdRange, scanRange } from '../scan-range.ts';
import type { PointRecipe } from './make-points.ts';
import { keptLine, partsOf, payloadOf } from './point-line.ts';
import { textOf } from './text-rule.ts';

export interface PointsCheck {
  /** Points of both, all of them equal in id, payload and kept vectors. */
  readonly points: number;
  /** Points that have the new vector. */
  readonly withVector: number;
}

export interface CheckInput {
  readonly from: Side;
  readonly to: Side;
  readonly recipe: PointRecipe;
  readonly shardKeys: readonly IdRange['shardKey'][];
  /** Points whose text the model could not survive. */
  readonly failed: number;
}

/** @throws QdxError `verification` naming the first few that differ. */
export async function checkPoints(input: CheckInput, run: RunOptions = {}): Promise<PointsCheck> {
  const { from, to, recipe, shardKeys, failed } = input;
  run.onEvent?.({ type: 'phase', name: 'comparing', detail: `${to.physical} with ${from.physical}` });
  const comparison = createPointComparison((done) => {
    run.signal?.throwIfAborted();
    run.onEvent?.({ type: 'progress', stage: 'comparing', done, unit: 'points' });
  });
  const { kept, denseName } = recipe;
  const texts = { without: 0 };
  for (const key of shardKeys)
    await comparison.add(
      onlyKept(countingTexts(scanKept(from, key, kept, run), recipe, texts), kept),
      onlyKept(scanKept(to, key, kept, run), kept),
    );
  const differences = comparison.result();
  if (differences.equal !== differences.compared || differences.missing.count + differences.extra.count > 0)
    throw differing(from.physical, to.physical, differences);
  const withVector = await countPoints(to.connection, to.physical, { filter: hasVector(denseName), ...signalOf(run) });
  const expected = differences.compared - texts.without - failed;
  if (withVector < expected)
    throw new QdxError(
      'verification',
      `${to.physical}: ${formatCount(withVector)} points have the new vector, expected ${formatCount(expected)}`,
      { hint: 'nothing was switched; run the same command again' },
    );
  return { points: differences.compared, withVector };
}

async function* countingTexts(
  pages: AsyncIterable<readonly RawPoint[]>,
  { rule }: PointRecipe,
  texts: { without: number },
): AsyncGenerator<readonly RawPoint[], void, undefined> {
  for await (const page of pages) {
    for (const point of page) if (textOf(payloadOf(partsOf(point)), rule) === null) texts.without++;
    yield page;
  }
}

const signalOf = ({ signal }: RunOptions) => (signal ? { signal } : {});

const hasVector = (name: string) => ({ must: [{ has_vector: name }] });

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

async function* onlyKept(
  pages: AsyncIterable<readonly RawPoint[]>,
  kept: readonly string[],
): AsyncGenerator<readonly RawPoint[], void, undefined> {
  for await (const page of pages) yield page.map((point) => keptLine(partsOf(point), kept));
}

function differing(from: string, to: string, differences: PointDifferences): QdxError {
  const { missing, extra, compared, equal } = differences;
  const first = [
    ...missing.first,
    ...extra.first,
    ...differences.changedPayload.first,
    ...differences.changedVectors.first,
  ];
  return new QdxError(
    'verification',
    `${to} is not ${from}: ${missing.count} points missing, ${extra.count} too many, ${compared - equal} otherwise ` +
      `(the first: ${first.slice(0, 3).join(', ')})`,
    { hint: 'nothing was switched; run the same command again', details: { differences } },
  );
}
