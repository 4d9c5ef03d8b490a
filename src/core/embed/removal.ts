/**
 * Removing what a run replaced: by id, of the run's own sources, and only when every point of the whole run was read back.
 */
import { QdxError } from '../../lib/errors.ts';
import type { CorpusPresence } from '../corpus/presence.ts';
import type { CorpusSummary } from '../corpus/read-corpus.ts';
import { deletePoints, type PointId, retrievePoints } from '../qdrant/collection/points.ts';
import type { EmbedParams } from './params.ts';
import { nothingToEmbed } from './read-input.ts';
import { type CollectionView, findStale, type StalePoints } from './compare.ts';
import type { Spool } from './spool.ts';

/** What goes besides the points that were replaced. */
export interface Pruning {
  /** Points of files that are gone. */
  readonly prune: boolean;
  /** Points of files that are left out by a rule. */
  readonly pruneExcluded: boolean;
}

export interface RemovalInput {
  readonly view: CollectionView;
  readonly spool: Spool;
  readonly presence: CorpusPresence;
  readonly sources: readonly string[];
  readonly pruning: Pruning;
  /** Ids of chunks that could not be embedded or written. */
  readonly rejected: { has(id: string): boolean };
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
  const { view, pruning, isSharded } = input;
  const stale = await findStale(view, input);
  const pruned = prunedOf(stale, pruning);
  const leaving = [...stale.replaced.ids, ...pruned];
  if (leaving.length === 0) return { removed: 0, pruned: 0, stale, isPending: false };
  const missing = await firstMissing(input);
  if (missing !== null) {
    if (isSharded) return { removed: 0, pruned: 0, stale, isPending: true };
    throw new QdxError('verification', `point ${String(missing)} is not in ${view.physical}; nothing was removed`, {
      hint: 'run the same command again',
    });
  }
  await deletePoints(view.connection, view.physical, leaving, view.signal ? { signal: view.signal } : {});
  return { removed: stale.replaced.ids.length, pruned: pruned.length, stale, isPending: false };
}

/** What the same would do; nothing is removed. */
export async function planRemoval(input: RemovalInput): Promise<Removal> {
  const stale = await findStale(input.view, input);
  const pruned = prunedOf(stale, input.pruning);
  return { removed: stale.replaced.ids.length, pruned: pruned.length, stale, isPending: false };
}

const prunedOf = ({ gone, leftOut }: StalePoints, { prune, pruneExcluded }: Pruning): readonly PointId[] => [
  ...(prune ? gone.ids : []),
  ...(pruneExcluded ? leftOut.ids : []),
];

/**
 * Before anything is written: what is missing from the corpus must be known to be missing.
 * @throws QdxError `refused` naming what could not be read.
 */
export function assertCorpusWasSeen({ prune, pruneExcluded }: Pruning, { skipped }: CorpusSummary): void {
  const { count, examples } = skipped.unreadable ?? { count: 0, examples: [] };
  if (count === 0 || !(prune || pruneExcluded)) return;
  const more = count > 1 ? ` and ${count - 1} more` : '';
  throw new QdxError('refused', `--prune would go by an incomplete view: ${examples[0] ?? ''}${more} cannot be read`, {
    hint: 'make it readable, leave it out with --exclude, or run without --prune',
    details: { unreadable: count, examples },
  });
}

/**
 * Before anything is written: pruning must leave something of every source that has points.
 * @throws QdxError `refused`.
 */
export async function assertPruneLeavesSome(input: RemovalInput): Promise<void> {
  if (!input.pruning.prune && !input.pruning.pruneExcluded) return;
  for (const source of input.sources) {
    const stale = await findStale(input.view, { ...input, sources: [source] });
    const points = prunedOf(stale, input.pruning).length;
    if (points === 0 || points < stale.total) continue;
    const files =
      (input.pruning.prune ? stale.gone.files : 0) + (input.pruning.pruneExcluded ? stale.leftOut.files : 0);
    const why = stale.leftOut.ids.length > 0 && input.pruning.pruneExcluded ? 'is embedded any more' : 'is here';
    throw new QdxError(
      'refused',
      `--prune would remove all ${points} points of source ${source}: none of their ${files} files ${why}`,
      {
        hint: `check the folder and --source; if they are to go, add --allow-prune-all`,
        details: { source, points, files, examples: [...stale.gone.examples, ...stale.leftOut.examples] },
      },
    );
  }
}

export const prunes = ({ prune, pruneExcluded }: Pruning): boolean => prune || pruneExcluded;

/**
 * A corpus without a chunk is an error, unless points of it are left that go now.
 * @throws QdxError as nothingToEmbed.
 */
export async function assertSomethingToDo(
  params: EmbedParams,
  removal: RemovalInput,
  corpus: CorpusSummary,
): Promise<void> {
  if (removal.spool.totalCount > 0 || params.only !== undefined) return;
  const { removed, pruned } = await planRemoval(removal);
  if (removed + pruned === 0) throw nothingToEmbed(params, corpus);
}

const idsPerRequest = 1000;

async function firstMissing({ view, spool, rejected }: RemovalInput): Promise<PointId | null> {
  let page: PointId[] = [];
  for (const id of spool.ids.ids()) {
    if (rejected.has(String(id))) continue;
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
