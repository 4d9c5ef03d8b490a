/**
 * Removing what a run replaced: by id, of the run's own sources, and only when every point of the whole run was read back.
 */
import { QdxError } from '../../../lib/errors.ts';
import { deletePoints, type PointId, retrievePoints } from '../../qdrant/collection/points.ts';
import { type CollectionView, findStale, type StalePoints } from './compare.ts';
import type { Spool } from './spool.ts';

export interface RemovalInput {
  readonly view: CollectionView;
  readonly spool: Spool;
  readonly sources: readonly string[];
  readonly prune: boolean;
  /** Other shards of this run may not be done yet. */
  readonly isSharded: boolean;
}

export interface Removal {
  readonly removed: number;
  readonly pruned: number;
  readonly stale: StalePoints;
  /** Points of other shards are still missing: whoever ends last removes. */
  readonly isPending: boolean;
}

/** @throws QdxError `verification` where a point of the run is missing after all was written. */
export async function removeStale(input: RemovalInput): Promise<Removal> {
  const { view, spool, sources, prune, isSharded } = input;
  const stale = await findStale(view, spool, sources);
  const leaving = prune ? [...stale.replaced, ...stale.gone] : stale.replaced;
  if (leaving.length === 0) return { removed: 0, pruned: 0, stale, isPending: false };
  const missing = await firstMissing(view, spool);
  if (missing !== null) {
    if (isSharded) return { removed: 0, pruned: 0, stale, isPending: true };
    throw new QdxError('verification', `point ${String(missing)} is not in ${view.physical}; nothing was removed`, {
      hint: 'Run the same command again.',
    });
  }
  await deletePoints(view.connection, view.physical, leaving, view.signal ? { signal: view.signal } : {});
  return { removed: stale.replaced.length, pruned: prune ? stale.gone.length : 0, stale, isPending: false };
}

/**
 * Before anything is written: pruning must leave something of every source that has points.
 * @throws QdxError `refused`.
 */
export async function assertPruneLeavesSome(input: RemovalInput): Promise<void> {
  for (const source of input.sources) {
    const stale = await findStale(input.view, input.spool, [source]);
    if (stale.gone.length === 0 || stale.someStay || stale.replaced.length > 0) continue;
    throw new QdxError(
      'refused',
      `--prune would remove all ${stale.gone.length} points of source ${source}: none of their ${stale.goneFiles} files is here`,
      {
        hint: `Check the folder and --source; if they are to go, add --allow-prune-all.`,
        details: { source, points: stale.gone.length, files: stale.goneFiles, examples: stale.goneExamples },
      },
    );
  }
}

const idsPerRequest = 1000;

async function firstMissing(view: CollectionView, spool: Spool): Promise<PointId | null> {
  let page: PointId[] = [];
  for (const id of spool.ids.ids()) {
    page.push(id);
    if (page.length < idsPerRequest) continue;
    const missing = await missingOf(view, page);
    if (missing !== null) return missing;
    page = [];
  }
  return missingOf(view, page);
}

async function missingOf({ connection, physical, signal }: CollectionView, ids: readonly PointId[]) {
  const options = { withPayload: false, withVector: false, ...(signal && { signal }) };
  const found = await retrievePoints(connection, physical, ids, options);
  if (found.length === ids.length) return null;
  const present = new Set(found.map(({ id }) => String(id)));
  return ids.find((id) => !present.has(String(id))) ?? null;
}
