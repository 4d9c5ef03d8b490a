/**
 * A run that was killed after its switch, and another request now: what the name leads to was proven and is in use, so that the
 * earlier run is brought to its end first. Its late writes are carried over where its scans are on this machine and its points
 * are copies; a re-embedding has to be finished by its own request, which knows the model.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { type ListedCollection, listCollections } from '../../qdrant/collection/names.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { isServerOf } from '../../qdrant/connection/same-server.ts';
import { carryLateCopies, type LateReport } from '../delta/late-writes.ts';
import { openScansFolder, readScans, type SavedScans } from '../delta/saved-scans.ts';
import type { IndexFolder } from '../delta/scan-index.ts';
import type { Side } from '../points/side.ts';
import { howToCompare } from '../delta/how-to-compare.ts';
import { keptByMark, noteDone } from './kept-collections.ts';
import { whereTo } from './switch-aliases.ts';
import { readTransfer, type TransferRecord } from '../journal/transfer-journal.ts';
import { readTransferMark, type TransferMark } from '../journal/transfer-mark.ts';

/** A collection that a name leads to, and that is still marked as on its way. */
export interface UnendedSwitch {
  readonly physical: string;
  readonly mark: TransferMark;
  /** Null where there is no entry: uploads have none. */
  readonly record: TransferRecord | null;
}

/** Each once. */
export async function findUnended(
  connection: Connection,
  names: readonly string[],
  { signal }: RunOptions,
): Promise<UnendedSwitch[]> {
  const listed = await listCollections(connection, signal);
  const led = new Set(names.map((name) => whereTo(listed, name)).filter((physical) => physical !== null));
  const found: UnendedSwitch[] = [];
  for (const physical of led) {
    const mark = await readTransferMark(connection, physical);
    if (mark?.state === 'staging') found.push({ physical, mark, record: await readTransfer(connection, physical) });
  }
  return found;
}

export interface EndInput {
  /** Servers that the points may have come from. */
  readonly sources: readonly Connection[];
  readonly scratchFolder: string;
  readonly rounds: number;
  readonly parallel: number;
  /** Leave late writes where they are that only the other request could carry over. */
  readonly leavesWrites: boolean;
  /** What to type where that was not said. */
  readonly hint: string;
}

/**
 * Under the lock of the name that its mark says.
 * @throws QdxError `usage` for a re-embedding whose late writes could still be carried over.
 */
export async function endSwitch(
  connection: Connection,
  unended: UnendedSwitch,
  input: EndInput,
  run: RunOptions,
): Promise<void> {
  const { physical, mark } = unended;
  const { name, origin } = mark;
  const folder = await openScansFolder(input.scratchFolder, { url: connection.serverId, physical, name, origin });
  const old = await oldSide(connection, unended, input, run);
  const scans = await readScans(folder, mark.origin);
  const isCopy = mark.command !== 'migrate' || unended.record?.request['way'] === 'copy';
  const canLook = scans !== null && old !== null;
  if (canLook && !isCopy && !input.leavesWrites) throw mustBeRepeated(unended, old, input.hint);
  const late = canLook && isCopy ? await carry({ connection, physical }, { old, folder, scans, input }, run) : null;
  tell(unended, { connection, old, late, isCopy }, run);
  const kept = await keptByMark(connection, mark, run);
  await noteDone(connection, { name: mark.name, target: { physical, mark }, kept }, run);
  await folder.remove();
}

/** Where late writes would be: the copy of a plain collection, or what was read. Null where that is not there. */
async function oldSide(
  connection: Connection,
  { mark, record }: UnendedSwitch,
  { sources }: EndInput,
  { signal }: RunOptions,
): Promise<Side | null> {
  const from = record?.from ?? null;
  const isOther = from !== null && !isServerOf(connection, from.url);
  const place = isOther ? sources.find((source) => isServerOf(source, from.url)) : connection;
  const physical = isOther ? from.collection : (mark.takesName?.copy ?? from?.collection ?? mark.replaced);
  if (!place || physical === null) return null;
  const listed: readonly ListedCollection[] = await listCollections(place, signal);
  return listed.some((entry) => entry.physical === physical) ? { connection: place, physical } : null;
}

interface CarryInput {
  readonly old: Side;
  readonly folder: IndexFolder;
  readonly scans: SavedScans;
  readonly input: EndInput;
}

const carry = (current: Side, { old, folder, scans, input }: CarryInput, run: RunOptions): Promise<LateReport> =>
  carryLateCopies({ ...scans, old, current, folder, rounds: input.rounds, parallel: input.parallel }, run);

interface Ended {
  readonly connection: Connection;
  readonly old: Side | null;
  /** Null where they were not looked for. */
  readonly late: LateReport | null;
  readonly isCopy: boolean;
}

function tell(
  { physical, mark, record }: UnendedSwitch,
  { connection, old, late, isCopy }: Ended,
  { onEvent }: RunOptions,
): void {
  const head = `an earlier ${mark.command} was killed after it gave the name ${mark.name} to ${physical}`;
  const from = old?.physical ?? record?.source ?? mark.replaced ?? 'the old collection';
  const compare = old ? `; ${howToCompare({ old, current: { connection, physical }, isCopy })}` : '';
  const lost = `what was written to ${from} in its last moment was not looked for${compare}`;
  onEvent?.({
    type: 'warning',
    message: `${head}: ${late ? `its late writes (${countOf(late)}) are carried over, and it is ended now` : `it is ended now, and ${lost}`}`,
  });
  if (late && !late.isQuiet)
    onEvent?.({
      type: 'warning',
      message: `${old?.physical ?? ''} is still being written to: send its writers to ${mark.name}`,
    });
}

const countOf = ({ carried: { inserted, changed, deleted } }: LateReport): number => inserted + changed + deleted;

const mustBeRepeated = ({ physical, mark }: UnendedSwitch, { physical: old }: Side, hint: string): QdxError =>
  new QdxError(
    'usage',
    `${mark.name} leads to ${physical}, which an unfinished migration of another request re-embedded and switched in: ` +
      `what still reached ${old} is not carried over yet, and only that request can embed it`,
    { hint, details: { name: mark.name, physical, source: old } },
  );
