/**
 * Folders of one backup: a whole one, or all shards that several machines wrote (`backup --shard i/n`), put together to what one
 * machine would have written. That they are a whole is found out by what each says of itself: which shard of which run it is, and
 * which ranges of ids it covers.
 */
import { join } from 'node:path';
import { compareIds, displayId } from '../points/point-order.ts';
import { sumOfHashes } from '../points/points-hash.ts';
import type { IdRange } from '../points/scan-range.ts';
import type { BackedUpCollection, BackupManifest, Consistency, PartEntry } from './manifest.ts';

export interface ReadFolder {
  /** Absolute. */
  readonly root: string;
  readonly manifest: BackupManifest;
}

export interface LocatedPart extends PartEntry {
  readonly path: string;
}

export interface LocatedCollection extends BackedUpCollection {
  /** Absolute, of its description and snapshot. */
  readonly path: string;
  readonly parts: readonly LocatedPart[];
}

export interface WholeBackup {
  readonly manifest: Omit<BackupManifest, 'collections'>;
  readonly collections: readonly LocatedCollection[];
}

/** What keeps folders from being one whole backup. */
export interface ShardFaults {
  /** Sentences; empty where the folders belong together. */
  readonly problems: readonly string[];
  /** Numbers of shards that were not named. */
  readonly missing: readonly number[];
}

export function findShardFaults(folders: readonly ReadFolder[]): ShardFaults {
  const [first] = folders;
  if (!first || (folders.length === 1 && !first.manifest.shard)) return { problems: [], missing: [] };
  const problems = [...strangers(first, folders), ...doubled(folders)];
  const shards = first.manifest.shard?.shards ?? 1;
  const found = new Set(folders.map(({ manifest }) => manifest.shard?.shard));
  const missing = Array.from({ length: shards }, (_, index) => index + 1).filter((shard) => !found.has(shard));
  const isComplete = problems.length === 0 && missing.length === 0;
  return { problems: isComplete ? uncovered(folders) : problems, missing };
}

/** Of folders in which no faults were found, in any order. */
export function joinFolders(folders: readonly ReadFolder[]): WholeBackup {
  const sorted = folders.toSorted((a, b) => (a.manifest.shard?.shard ?? 1) - (b.manifest.shard?.shard ?? 1));
  const located = sorted.map(({ root, manifest }) => manifest.collections.map((each) => locate(root, each)));
  const [head = [], ...others] = located;
  const collections = head.map((first) =>
    others.reduce(
      (whole, shard) =>
        joined(
          whole,
          shard.find(({ name }) => name === first.name),
        ),
      first,
    ),
  );
  const [manifest] = sorted.map((folder) => folder.manifest);
  if (!manifest) throw new Error('no folder was named');
  return { manifest, collections };
}

function locate(root: string, collection: BackedUpCollection): LocatedCollection {
  const path = join(root, collection.folder);
  return { ...collection, path, parts: collection.parts.map((part) => ({ ...part, path: join(path, part.file) })) };
}

function joined(one: LocatedCollection, other: LocatedCollection | undefined): LocatedCollection {
  if (!other) return one;
  return {
    ...one,
    points: one.points + other.points,
    pointsHash: sumOfHashes([one.pointsHash ?? '0', other.pointsHash ?? '0']),
    consistency: worse(one.consistency, other.consistency),
    countAfter: Math.max(one.countAfter, other.countAfter),
    parts: [...one.parts, ...other.parts],
  };
}

const fromBest: readonly Consistency[] = ['scroll', 'scroll-unchecked', 'scroll-while-writing'];
const worse = (a: Consistency, b: Consistency): Consistency => (fromBest.indexOf(a) >= fromBest.indexOf(b) ? a : b);

const nameOf = ({ root, manifest: { shard } }: ReadFolder): string =>
  shard ? `${root} is shard ${shard.shard}/${shard.shards} of run ${shard.runId}` : `${root} is a whole backup`;

function strangers(first: ReadFolder, folders: readonly ReadFolder[]): string[] {
  const { backupId, shard } = first.manifest;
  const isOther = ({ manifest }: ReadFolder) =>
    !manifest.shard || manifest.backupId !== backupId || manifest.shard.shards !== shard?.shards;
  return folders
    .slice(1)
    .filter((folder) => isOther(folder) || !shard)
    .map((folder) => `${nameOf(folder)}, and ${nameOf(first)}: they do not belong together`);
}

function doubled(folders: readonly ReadFolder[]): string[] {
  return folders.flatMap((folder, index) => {
    const same = folders.slice(0, index).find(({ manifest }) => manifest.shard?.shard === folder.manifest.shard?.shard);
    return same && folder.manifest.shard ? [`${nameOf(folder)}, and so is ${same.root}`] : [];
  });
}

/** Every id of every collection has to lie in the range of one shard, and no more. */
function uncovered(folders: readonly ReadFolder[]): string[] {
  const names = new Set(folders.flatMap(({ manifest }) => manifest.collections.map(({ name }) => name)));
  return [...names].flatMap((name) => {
    const found = folders.flatMap(({ manifest }) => manifest.collections.filter((each) => each.name === name));
    if (found.length < folders.length) return [`${name} is not in every shard`];
    const ranges = found.flatMap(({ covers = [] }) => covers);
    const keys = [...new Set(ranges.map(({ shardKey }) => shardKey))];
    return (keys.length > 0 ? keys : [null]).flatMap((key) =>
      gapsOf(ranges.filter(({ shardKey }) => shardKey === key)).map((gap) => `${name}: ${gap}`),
    );
  });
}

function gapsOf(ranges: readonly IdRange[]): string[] {
  const sorted = ranges.toSorted((a, b) => compareBorders(a.from, b.from, -1));
  const gaps: string[] = [];
  let end: IdRange['to'] | undefined;
  for (const { from, to } of sorted) {
    if (end === undefined ? from !== null : end !== from)
      gaps.push(`no shard, or two, cover the ids before ${text(from)}`);
    end = to;
  }
  if (end !== null) gaps.push(`no shard covers the ids from ${text(end ?? null)} on`);
  return gaps;
}

const text = (border: IdRange['from']): string => (border === null ? 'the first' : displayId(border));

function compareBorders(a: IdRange['from'], b: IdRange['from'], open: -1 | 1): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? open : -open;
  return compareIds(a, b);
}
