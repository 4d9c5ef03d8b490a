/**
 * The same migration once more: does what its first run switched in still hold what it would make? Both sides are read side
 * by side, in ranges, until the first point that is otherwise.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import { counted } from '../../../lib/quantities.ts';
import { countPoints } from '../../qdrant/collection/points.ts';
import { alreadySo } from '../switch/already-so.ts';
import { descriptionDifferences, describeCollection } from '../collection/collection-description.ts';
import { pairById } from '../points/cursor.ts';
import type { Side } from '../points/side.ts';
import { planRanges } from '../points/ranges.ts';
import { createPageSize, type IdRange, scanRange } from '../points/scan-range.ts';
import type { FillStrategy } from './fill-strategy.ts';
import type { MigratePlan } from './plan.ts';
import { withUndatedCard } from './undated-card.ts';

export interface RepeatedInput {
  readonly plan: MigratePlan;
  readonly strategy: FillStrategy;
  /** Ranges read at once. */
  readonly parallel: number;
}

/** Writes to either side since then make it a migration as any other. @throws QdxError `alreadySo` where there were none. */
export async function assertNotRepeated(input: RepeatedInput, run: RunOptions): Promise<void> {
  const { plan } = input;
  const { repeats: physical, target, source, aliases } = plan;
  if (physical === null || !(await isSame(input, { connection: target, physical }, run))) return;
  throw alreadySo(
    `${aliases.join(', ')} ${aliases.length === 1 ? 'leads' : 'lead'} to ${physical} already, which an earlier run made of ${source.physical}: ` +
      `its ${counted(source.points, 'points are')} what this one would make`,
    { hint: 'to make it anew all the same: add --restart', collection: physical },
  );
}

async function isSame(input: RepeatedInput, made: Side, run: RunOptions): Promise<boolean> {
  const { plan } = input;
  if ((await countPoints(made.connection, made.physical, run)) !== plan.source.points) return false;
  const found = await describeCollection(made.connection, { physical: made.physical, aliases: [] }, run);
  if (descriptionDifferences(withUndatedCard(plan.description), withUndatedCard(found)).length > 0) return false;
  run.onEvent?.({ type: 'phase', name: 'comparing', detail: `${made.physical} with ${plan.source.physical}` });
  return hasSamePoints(input, made, run);
}

async function hasSamePoints(
  { plan: { source }, strategy, parallel }: RepeatedInput,
  made: Side,
  run: RunOptions,
): Promise<boolean> {
  const { physical, connection, description } = source;
  const { shardKeys } = description;
  const { ranges } = await planRanges(connection, { physical, shardKeys, leastRanges: parallel }, run);
  const pageSizes = { source: createPageSize(), made: createPageSize() };
  let isSoFar = true;
  let done = 0;
  const compare = async (range: IdRange): Promise<void> => {
    const read = scanRange(connection, { physical, range, pageSize: pageSizes.source }, run);
    const found = scanRange(made.connection, { physical: made.physical, range, pageSize: pageSizes.made }, run);
    for await (const [was, is] of pairById(read, found)) {
      isSoFar &&= was !== null && is !== null && strategy.isCurrent(was, is);
      if (!isSoFar) return;
      if (++done % 1000 > 0) continue;
      run.signal?.throwIfAborted();
      run.onEvent?.({ type: 'progress', stage: 'comparing', done, total: source.points, unit: 'points' });
    }
  };
  for await (const _ of mapOrdered(ranges, compare, { inFlight: parallel })) if (!isSoFar) return false;
  return isSoFar;
}
