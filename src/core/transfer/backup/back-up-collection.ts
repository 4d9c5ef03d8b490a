/**
 * One collection into its folder: description, parts, second scan.
 */
import { readFile, stat } from 'node:fs/promises';
import { makeFolder } from '../../../lib/make-folder.ts';
import { join } from 'node:path';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { sha256Hex } from '../../../lib/hash.ts';
import { mapOrdered } from '../../../lib/ordered-map.ts';
import { writeWholeFile } from '../../../lib/partial-file.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { ListedCollection } from '../../qdrant/collection/names.ts';
import type { Journal } from '../backup-folder/journal.ts';
import type { BackedUpCollection, Compression, FileEntry, PartEntry } from '../backup-folder/manifest.ts';
import { writePart } from '../backup-folder/part-file.ts';
import {
  type CollectionDescription,
  decodeDescription,
  describeCollection,
  descriptionDifferences,
  displayDifference,
  encodeDescription,
} from '../collection/collection-description.ts';
import { sumOfHashes } from '../points/points-hash.ts';
import { countIn, type PlannedRanges, planRanges } from '../points/ranges.ts';
import { createPageSize, scanRange } from '../points/scan-range.ts';
import { reached } from '../journal/steps.ts';
import { checkConsistency } from './check-consistency.ts';
import { collectionFolder, partFile } from './open-folder.ts';
import { type CollectionProgress, newProgress } from './progress-state.ts';
import { assertStillRead, coveredBy, type ShardRun } from './shard-run.ts';

export interface CollectionInput {
  /** Of the whole backup. */
  readonly root: string;
  readonly backupId: string;
  readonly index: number;
  readonly listed: ListedCollection;
  /** Absent where nothing of it was begun. */
  readonly progress: CollectionProgress | undefined;
  readonly journal: Journal;
  readonly filter?: unknown;
  readonly compression: Compression;
  readonly secondScan: boolean;
  readonly strict: boolean;
  /** Ranges read at once. */
  readonly parallel: number;
  readonly partPoints?: number;
  readonly peerUrls?: readonly string[];
  /** Of several machines; null: it is the whole. */
  readonly shardRun: ShardRun | null;
}

const descriptionName = 'collection.json';
/** At least, where there are so many points: shards are of about equal size. */
const rangesOfShard = 4;

export async function backUpCollection(
  connection: Connection,
  input: CollectionInput,
  run: RunOptions,
): Promise<BackedUpCollection> {
  const { listed } = input;
  const { description, progress } = await beginOrTakeUp(connection, input, run);
  assertStillRead(input.shardRun, progress);
  await readParts(connection, input, progress, run);
  await input.shardRun?.noteRead(listed.physical);
  reached(run, 'backup.read');
  if (input.secondScan) await input.shardRun?.waitForOthers(listed.physical, run);
  const parts = [...progress.done.values()].filter((part) => part !== null);
  const points = parts.reduce((sum, part) => sum + part.points, 0);
  const consistency = await checkConsistency(connection, { ...input, progress, description, points }, run);
  reached(run, 'backup.compared');
  return {
    ...(await headOf(input, { description, progress })),
    points,
    pointsHash: sumOfHashes(parts.map(({ pointsHash }) => pointsHash)),
    consistency,
    countAfter: await countAll(connection, input, description, run),
    parts: parts.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
    ...(input.shardRun && { covers: coveredBy(progress.ranges) }),
  };
}

export interface BegunCollection {
  readonly description: CollectionDescription;
  readonly progress: CollectionProgress;
}

/** Described as it is now; where an earlier run began it, as it was then. @throws QdxError as `takeUp`. */
export async function beginOrTakeUp(
  connection: Connection,
  input: CollectionInput,
  run: RunOptions,
): Promise<BegunCollection> {
  const { listed } = input;
  run.onEvent?.({ type: 'phase', name: 'reading', detail: listed.physical });
  const description = await describeCollection(connection, listed, run);
  const progress = input.progress
    ? await takeUp(input, input.progress, description)
    : await begin(connection, input, description, run);
  return { description, progress };
}

type Head = Pick<BackedUpCollection, 'name' | 'aliases' | 'folder' | 'countBefore' | 'description'>;

/** What the manifest says of a collection, however its points were taken. */
export async function headOf(
  { listed, root }: CollectionInput,
  { description, progress }: BegunCollection,
): Promise<Head> {
  const { folder, countBefore } = progress;
  return {
    name: listed.physical,
    aliases: description.aliases,
    folder,
    countBefore,
    description: await descriptionEntry(join(root, folder)),
  };
}

/** Of all shard keys together. */
export async function countAll(
  connection: Connection,
  { listed, filter }: CollectionInput,
  { shardKeys }: CollectionDescription,
  run: RunOptions,
): Promise<number> {
  let count = 0;
  for (const key of shardKeys.length > 0 ? shardKeys : [null])
    count += await countIn(connection, { physical: listed.physical, filter }, key, run);
  return count;
}

/** Description, and what the journal says of it. */
async function begin(
  connection: Connection,
  input: CollectionInput,
  description: CollectionDescription,
  run: RunOptions,
): Promise<CollectionProgress> {
  const { root, index, listed, filter, partPoints, shardRun } = input;
  const folder = collectionFolder(index, listed.physical);
  const { shardKeys } = description;
  const wanted = {
    ...(partPoints !== undefined && { partPoints }),
    ...(shardRun && { leastRanges: shardRun.shards * rangesOfShard }),
  };
  const draw = () => planRanges(connection, { physical: listed.physical, filter, shardKeys, ...wanted }, run);
  const planned: PlannedRanges & { readonly firstRange?: number } = shardRun
    ? await shardRun.planOf(listed.physical, draw)
    : await draw();
  makeFolder(join(root, folder));
  await writeWholeFile(join(root, folder, descriptionName), encodeDescription(description, input.backupId));
  reached(run, 'backup.described');
  const line = {
    type: 'collection',
    name: listed.physical,
    folder,
    countBefore: planned.points,
    ranges: planned.ranges,
    ...(planned.firstRange !== undefined && { firstRange: planned.firstRange }),
  } as const;
  await input.journal.append(line);
  reached(run, 'backup.planned');
  return newProgress(line);
}

/** @throws QdxError `usage` where the collection is another than the one that was begun (F3). */
async function takeUp(
  { root, listed }: CollectionInput,
  progress: CollectionProgress,
  description: CollectionDescription,
): Promise<CollectionProgress> {
  const before = decodeDescription(await readFile(join(root, progress.folder, descriptionName)));
  const [difference] = [
    ...descriptionDifferences(before, description).map(displayDifference),
    ...(before.aliases.join() === description.aliases.join() ? [] : ['its aliases are others']),
  ];
  if (difference !== undefined)
    throw new QdxError(
      'usage',
      `${root} holds an unfinished backup of ${listed.physical}, which was changed since: ${difference}`,
      { hint: 'choose another folder for --to, and begin again' },
    );
  for (const [range, part] of progress.done) {
    const size = part && (await stat(join(root, progress.folder, part.file)).catch(() => null))?.size;
    if (part && size !== part.sizeBytes) progress.done.delete(range);
  }
  return progress;
}

async function readParts(
  connection: Connection,
  input: CollectionInput,
  progress: CollectionProgress,
  run: RunOptions,
): Promise<void> {
  const { root, compression, filter, journal, listed, parallel } = input;
  const pageSize = createPageSize();
  let done = [...progress.done.values()].reduce((sum, part) => sum + (part?.points ?? 0), 0);
  if (done > 0) run.onEvent?.({ type: 'note', message: `${listed.physical}: ${done} points were read before` });
  const open = progress.ranges.map((range, number) => ({ range, number })).filter((r) => !progress.done.has(r.number));
  const read = async ({ range, number }: (typeof open)[number]): Promise<void> => {
    const scan = scanRange(connection, { physical: listed.physical, range, filter, pageSize }, run);
    const pages = counted(scan, (points) => {
      run.signal?.throwIfAborted();
      done += points;
      const total = input.shardRun ? {} : { total: progress.countBefore };
      run.onEvent?.({ type: 'progress', stage: 'reading', done, ...total, unit: 'points' });
    });
    const part: PartEntry | null = await writePart(
      { folder: join(root, progress.folder), name: partFile(progress.firstRange + number), range, compression },
      pages,
    );
    reached(run, 'backup.part-written');
    await journal.append({ type: 'part', collection: listed.physical, range: number, part });
    progress.done.set(number, part);
    reached(run, 'backup.part-noted');
  };
  for await (const _ of mapOrdered(inTurn(open), read, { inFlight: parallel }));
}

async function* counted<T>(
  pages: AsyncIterable<readonly T[]>,
  onPage: (points: number) => void,
): AsyncGenerator<readonly T[], void, undefined> {
  for await (const page of pages) {
    onPage(page.length);
    yield page;
  }
}

async function* inTurn<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}

async function descriptionEntry(folder: string): Promise<FileEntry> {
  const bytes = await readFile(join(folder, descriptionName));
  return { file: descriptionName, sizeBytes: bytes.length, sha256: sha256Hex(bytes) };
}
