/**
 * What was written to a collection while a restore replaced it. That is not carried over: replacing is what a restore is for.
 * But a writer was told that it is there, so it is counted: by a scan before, and one after the switch, which the note on what
 * is kept needs anyway.
 */
import { isQdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { describeCollection } from '../collection/collection-description.ts';
import { scanFirst } from '../delta/first-scan.ts';
import { openScansFolder, readFirstScan, saveFirstScan } from '../delta/saved-scans.ts';
import { scanChanges } from '../delta/scan-changes.ts';
import { hashOf, type IndexFolder, pointsOf, type ScanIndex } from '../delta/scan-index.ts';
import { type ChangeCounts, changesIn, createChangeList } from '../delta/settle.ts';
import type { KeptCollection } from '../switch/kept-collections.ts';
import type { KeptState } from '../switch/take-name.ts';
import type { Target } from './switch-in.ts';

/** What the collection that is kept has of the time of the run, and the restored one has not. */
export interface LeftBehind extends ChangeCounts {
  /** That is kept; of a plain collection its copy. */
  readonly collection: string;
  /** The first few ids. */
  readonly first: readonly string[];
}

interface Watching {
  /** Of this machine, for ids and hashes: 33 bytes a point. */
  readonly scratchFolder: string;
  readonly parallel: number;
}

/** The same for each run of one restore: what a killed one read first is found by the next. */
async function openScans(
  connection: Connection,
  { staging, mark }: Target,
  { scratchFolder }: Watching,
): Promise<IndexFolder> {
  const { name, origin } = mark;
  return openScansFolder(scratchFolder, { url: connection.serverId, physical: staging.physical, name, origin });
}

/** Before the first write. What cannot be read is no reason to keep a backup from replacing it: that is a warning. */
export async function readReplaced(
  connection: Connection,
  target: Target,
  watching: Watching,
  run: RunOptions,
): Promise<void> {
  const { staging, mark, replacements } = target;
  if (!staging.isLeftover) await (await openScans(connection, target, watching)).remove();
  const replaced = new Set(replacements.map(({ physical }) => physical));
  if (replaced.size === 0) return;
  const folder = await openScans(connection, target, watching);
  for (const [number, physical] of [...replaced].entries()) {
    const { origin } = mark;
    if (staging.isLeftover && (await readFirstScan(folder, { origin, physical }))) continue;
    if (staging.isLeftover)
      warn(run, `an earlier run began this: what was written to ${physical} before now is not counted`);
    run.onEvent?.({ type: 'phase', name: 'reading', detail: physical });
    try {
      const { shardKeys } = await describeCollection(connection, { physical, aliases: [] }, run);
      const how = { folder, scan: `first-${number}`, parallel: watching.parallel };
      const index = await scanFirst({ side: { connection, physical }, shardKeys, ...how }, run);
      await saveFirstScan(folder, { origin, physical, index });
    } catch (error) {
      run.signal?.throwIfAborted();
      if (!isQdxError(error)) throw error;
      warn(run, `what is written to ${physical} meanwhile will not be counted: ${error.message}`);
    }
  }
}

const warn = (run: RunOptions, message: string): void => run.onEvent?.({ type: 'warning', message });

export interface ReadAgain {
  /** With what each holds now. */
  readonly kept: readonly KeptCollection[];
  /** Those that were written to; null where one of them was not read before. */
  readonly leftBehind: readonly LeftBehind[] | null;
}

/** After the switch: nobody finds these collections by the name any more. */
export async function readReplacedAgain(
  connection: Connection,
  { target, kept }: { readonly target: Target; readonly kept: readonly KeptCollection[] },
  watching: Watching,
  run: RunOptions,
): Promise<ReadAgain> {
  const folder = await openScans(connection, target, watching);
  const { origin } = target.mark;
  const read: KeptCollection[] = [];
  const leftBehind: LeftBehind[] = [];
  let isKnown = true;
  for (const [number, each] of kept.entries()) {
    // A plain collection was read under the name that it gave.
    const before =
      (await readFirstScan(folder, { origin, physical: each.kept })) ??
      (await readFirstScan(folder, { origin, physical: each.name }));
    if (!before) {
      isKnown = false;
      read.push(each);
      continue;
    }
    const found = createChangeList();
    run.onEvent?.({ type: 'phase', name: 'comparing', detail: `${each.kept} with what it was before` });
    const side = { connection, physical: each.kept };
    const onChanges = async (changes: Parameters<typeof found.add>[0]): Promise<void> => found.add(changes);
    const how = { folder, scan: `after-${number}`, parallel: watching.parallel, onChanges };
    const now = await scanChanges({ side, before, ...how }, run);
    const counts = found.result();
    if (changesIn(counts) > 0) leftBehind.push({ collection: each.kept, ...counts });
    read.push({ ...each, state: each.state ?? wholeState(now) });
  }
  return { kept: read, leftBehind: isKnown ? leftBehind : null };
}

/** Null where there are shard keys: one that was added meanwhile is in no range of the scan. */
const wholeState = (index: ScanIndex): KeptState | null =>
  index.ranges.every(({ range }) => range.shardKey === null)
    ? { points: pointsOf(index), pointsHash: hashOf(index) }
    : null;

/** When the restore is noted as done. */
export async function forgetReplaced(connection: Connection, target: Target, watching: Watching): Promise<void> {
  await (await openScans(connection, target, watching)).remove();
}
