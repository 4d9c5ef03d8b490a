/**
 * Restore: collections of a backup into staging collections, proven there, then switched in by their aliases all at once.
 *
 * Nothing that is in use is touched before the switch, and nothing is ever deleted: what a name led to before stays. Killed
 * before the switch, the next run goes on with the marked staging collections; killed after it, the next run says that it is
 * done.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RunOptions } from '../../lib/events.ts';
import { sha256Hex } from '../../lib/hash.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { LockOwner } from '../qdrant/lock.ts';
import { listCollections } from '../qdrant/collection/names.ts';
import { manifestName } from './backup-folder/manifest.ts';
import { readWholeBackup } from './backup-folder/verify-shards.ts';
import {
  assertConfirmed,
  assertMayLeaveGap,
  assertMayReplace,
  assertNamesMeant,
  type OpenGuards,
  type TypedNames,
} from './switch/guards.ts';
import { withWriterLocks } from './switch/locks.ts';
import type { NameGap } from './switch/plain/give-up-plain.ts';
import { holdsBackup } from './restore/holds-backup.ts';
import { fillFromBackup } from './restore/fill-from-backup.ts';
import { findReplacements, type ReplacementInput } from './switch/replacements.ts';
import { assertServerFits } from './collection/server-fits.ts';
import { assertSnapshotsFit, planItems, type RestoreItem } from './restore/plan.ts';
import { markLive, switchIn, type Switched, type Target } from './restore/switch-in.ts';
import { forgetReplaced, type LeftBehind, readReplaced, readReplacedAgain } from './restore/watch-replaced.ts';
import { keptByMark } from './switch/kept-collections.ts';
import { findDone, findStaging, findSwitchedIn } from './collection/staging.ts';
import { reached } from './journal/steps.ts';
import { nameCutSwitch } from './switch/take-name.ts';
import { noteState, type TransferRecord, writeTransfer } from './journal/transfer-journal.ts';
import type { TransferMark } from './journal/transfer-mark.ts';

export interface RestoreParams extends OpenGuards, Pick<TypedNames, 'confirmed' | 'ask'> {
  readonly folder: string;
  /** Of the other shards, where several machines made it. */
  readonly otherFolders?: readonly string[];
  /** Collections of the backup by name, alias or pattern; empty: all. */
  readonly select: readonly string[];
  /** Public name of the one collection that is restored. */
  readonly as?: string;
  readonly dryRun: boolean;
  /** Take the name of a plain collection: it is copied and deleted, and leads nowhere for a moment. */
  readonly allowGap: boolean;
  /** Also where the writers of a plain collection cannot be held off. */
  readonly allowConcurrentWrites?: boolean;
  readonly batchSize: number;
  readonly parallel: number;
  readonly waitForIndex: boolean;
  /** For ids and hashes of what is replaced, 33 bytes a point: what a killed run left in it, the next one needs. */
  readonly scratchFolder: string;
  /** Where the other peers of the cluster are asked, for snapshots, when not at the same port. */
  readonly peerUrls?: readonly string[];
  readonly confirm: (question: string) => Promise<boolean>;
  readonly owner: LockOwner;
  readonly breakLock: boolean;
}

export interface RestoredCollection {
  /** Of the backup. */
  readonly source: string;
  readonly aliases: readonly string[];
  /** The collection that was, or would be, made. */
  readonly physical: string;
  readonly points: number;
  /** Null in a dry run of a snapshot whose points are not known for certain. */
  readonly pointsHash: string | null;
  /** Points that a run before this one had brought in. */
  readonly pointsKept: number;
  /** Where its names led before, which is kept; of a plain collection its copy. */
  readonly replaced: readonly string[];
  /** The name is that of a plain collection. */
  readonly leavesGap: boolean;
  /** Null where no plain collection gave its name, and in a dry run. */
  readonly gap: NameGap | null;
  /** Writes to what was replaced, from when the restore began to the switch; null where that is not known. */
  readonly leftBehind: readonly LeftBehind[] | null;
  /** Settings that the server did not take as they were. */
  readonly notRestored: readonly string[];
  /** It was restored from this backup before, and is just that still: nothing was done. */
  readonly isUnchanged: boolean;
}

export interface RestoreSummary {
  readonly folder: string;
  readonly backupId: string;
  readonly dryRun: boolean;
  readonly collections: readonly RestoredCollection[];
  readonly durationMs: number;
}

/**
 * @throws QdxError `verification` for a backup that is not sound, `refused` by a guard, `locked`; in all of these nothing was
 * touched.
 */
export async function restore(
  connection: Connection,
  params: RestoreParams,
  run: RunOptions = {},
): Promise<RestoreSummary> {
  const startedAt = performance.now();
  const root = resolve(params.folder);
  const roots = [root, ...(params.otherFolders ?? []).map((folder) => resolve(folder))];
  const { manifest, collections } = await readWholeBackup(roots, run);
  reached(run, 'restore.checked');
  await assertServerFits(connection, { what: 'the backup', qdrantVersion: manifest.source.qdrantVersion });
  const { select, as } = params;
  const items = await planItems({ collections, select, ...(as !== undefined && { as }) });
  const { peerUrls = [] } = params;
  await assertSnapshotsFit(connection, items, { qdrantVersion: manifest.source.qdrantVersion, peerUrls });
  const origin = await originOf(roots);
  const head = { folder: root, backupId: manifest.backupId, dryRun: params.dryRun };
  const finish = (restored: readonly RestoredCollection[]): RestoreSummary => ({
    ...head,
    collections: restored,
    durationMs: performance.now() - startedAt,
  });
  if (params.dryRun) {
    const targets = await prepare(connection, items, origin, params, run);
    return finish(targets.map(planned));
  }
  const names = items.flatMap(({ aliases }) => aliases);
  const lock = { owner: params.owner, breakLock: params.breakLock, runId: randomUUID() };
  return withWriterLocks(connection, { ...lock, names, resumesSwitch: true }, run, async (watched) => {
    reached(run, 'restore.locked');
    for (const name of names) await nameCutSwitch(connection, name, watched);
    const targets = await prepare(connection, items, origin, params, watched);
    const open = targets.filter(({ isSwitched, isUnchanged }) => !isSwitched && !isUnchanged);
    const replacements = open.flatMap((target) => target.replacements);
    for (const replacement of replacements) assertMayLeaveGap(replacement, params);
    // Without --as the backup says which collection is meant.
    const meant = params.as === undefined ? open.map(({ item }) => item.collection.name) : [];
    await assertNamesMeant(replacements, { ...params, typed: [...names, ...meant] });
    await assertConfirmed(replacements, params.confirm, 'add --yes, or --as <other name>');
    reached(run, 'restore.planned');
    for (const target of open) await readReplaced(connection, target, params, watched);
    const restored: RestoredCollection[] = [];
    for (const target of targets) restored.push(await bringIn(connection, target, params, watched));
    const switched = await switchIn(connection, open, params, watched);
    reached(run, 'restore.switched');
    for (const { staging } of open) await noteState(connection, staging.physical, 'switched');
    const isNew = ({ isUnchanged }: Target) => !isUnchanged;
    const leftBehind = new Map<Target, RestoredCollection['leftBehind']>();
    for (const target of targets.filter(isNew))
      leftBehind.set(target, await noteLive(connection, target, switched, params, watched));
    reached(run, 'restore.marked');
    return finish(restored.map((each, index) => asSwitched(each, targets[index], { switched, leftBehind })));
  });
}

/** What the staging collection is of: the manifests, in any order. */
async function originOf(roots: readonly string[]): Promise<string> {
  const hashes = await Promise.all(roots.map(async (root) => sha256Hex(await readFile(join(root, manifestName)))));
  const [only] = hashes;
  return hashes.length === 1 && only !== undefined ? only : sha256Hex(hashes.toSorted().join('\n'));
}

/** @throws QdxError `refused`: before anything is touched. */
async function prepare(
  connection: Connection,
  items: readonly RestoreItem[],
  origin: string,
  params: RestoreParams,
  run: RunOptions,
): Promise<Target[]> {
  const listed = await listCollections(connection);
  const targets: Target[] = [];
  for (const item of items) {
    const { aliases } = item;
    const switched = await findSwitchedIn(connection, listed, { aliases, origin });
    const done = switched ? null : await findDone(connection, listed, { aliases, origin });
    if (done && (await holdsBackup(connection, { item, physical: done.staging.physical, ...params }, run))) {
      targets.push({ item, ...done, replacements: [], isSwitched: false, isUnchanged: true });
      continue;
    }
    const replacements = switched ? [] : await findReplacements(connection, listed, replacementsOf(item));
    for (const replacement of replacements) assertMayReplace(replacement, params);
    const staging = switched?.staging ?? (await findStaging(connection, listed, { name: item.name, origin }));
    const mark: TransferMark = switched?.mark ?? {
      version: 1,
      state: 'staging',
      command: 'restore',
      name: item.name,
      origin,
      replaced: replacements[0]?.physical ?? null,
      at: new Date().toISOString(),
    };
    targets.push({ item, staging, mark, replacements, isSwitched: switched !== null, isUnchanged: false });
  }
  return targets;
}

const replacementsOf = ({ aliases, collection }: RestoreItem): ReplacementInput => ({
  aliases,
  pointsAfter: collection.points,
  beside: (alias) => `restore beside it: add --as ${alias}-restored`,
});

const planned = ({ item, staging, replacements, isUnchanged }: Target): RestoredCollection => ({
  source: item.collection.name,
  aliases: item.aliases,
  physical: staging.physical,
  points: item.collection.points,
  pointsHash: item.collection.pointsHash,
  pointsKept: 0,
  replaced: [...new Set(replacements.map(({ physical }) => physical))],
  leavesGap: replacements.some(({ isPlain }) => isPlain),
  gap: null,
  leftBehind: [],
  notRestored: [],
  isUnchanged,
});

async function bringIn(
  connection: Connection,
  target: Target,
  params: RestoreParams,
  run: RunOptions,
): Promise<RestoredCollection> {
  const { batchSize, parallel, waitForIndex, peerUrls = [] } = params;
  const { points } = target.item.collection;
  if (target.isSwitched || target.isUnchanged) return { ...planned(target), pointsKept: points };
  await writeTransfer(connection, recordOf(target, params));
  const filled = await fillFromBackup(connection, { ...target, batchSize, parallel, waitForIndex, peerUrls }, run);
  await noteState(connection, target.staging.physical, 'proven');
  return { ...planned(target), ...filled };
}

/** After the switch: what was written to the replaced collections meanwhile, and the marks. */
async function noteLive(
  connection: Connection,
  target: Target,
  switched: ReadonlyMap<Target, Switched>,
  params: RestoreParams,
  run: RunOptions,
): Promise<RestoredCollection['leftBehind']> {
  const kept = switched.get(target)?.kept ?? (await keptByMark(connection, target.mark, run));
  const read = await readReplacedAgain(connection, { target, kept }, params, run);
  await markLive(connection, target, read.kept, run);
  await forgetReplaced(connection, target, params);
  return read.leftBehind;
}

interface AfterSwitch {
  readonly switched: ReadonlyMap<Target, Switched>;
  readonly leftBehind: ReadonlyMap<Target, RestoredCollection['leftBehind']>;
}

function asSwitched(
  restored: RestoredCollection,
  target: Target | undefined,
  { switched, leftBehind }: AfterSwitch,
): RestoredCollection {
  const done = target && switched.get(target);
  const found = target && leftBehind.get(target);
  return {
    ...restored,
    ...(done && { replaced: done.kept.map(({ kept }) => kept), gap: done.gap }),
    ...(found !== undefined && { leftBehind: found }),
  };
}

/** The ranges of a restore are those of the backup's parts. */
const recordOf = ({ item, staging, mark }: Target, { folder, owner }: RestoreParams): TransferRecord => ({
  version: 1,
  command: mark.command,
  name: item.name,
  physical: staging.physical,
  origin: mark.origin,
  source: `${item.collection.name} in ${resolve(folder)}`,
  from: null,
  request: {},
  state: 'filling',
  ranges: null,
  points: item.collection.points,
  owner,
  startedAt: mark.at,
  updatedAt: mark.at,
});
