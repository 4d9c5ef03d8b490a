/**
 * The switch: a public name leads to a collection that was proven, and what it led to before is kept. An alias is switched in
 * one atomic step. A plain collection has to be copied and deleted for that, which leaves a gap: see plain/give-up-plain.ts.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { type ListedCollection, listCollections } from '../../qdrant/collection/names.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { describeCollection } from '../collection/collection-description.ts';
import { digestCollection } from '../points/collection-digest.ts';
import { giveUpPlain, type NameGap } from './plain/give-up-plain.ts';
import { raiseFence } from './plain/write-fence.ts';
import { restoreStrictMode } from '../collection/strict-mode.ts';
import { switchAliases } from './switch-aliases.ts';
import { noteState } from '../journal/transfer-journal.ts';
import { readTransferMark, type TransferMark, writeTransferMark } from '../journal/transfer-mark.ts';

/** What a name leads to. */
export interface CurrentCollection {
  readonly physical: string;
  /** The name is the collection's own, no alias. */
  readonly isPlain: boolean;
}

export const currentOf = (listed: readonly ListedCollection[], name: string): CurrentCollection | null => {
  const entry = listed.find(({ physical, aliases }) => physical === name || aliases.includes(name));
  return entry ? { physical: entry.physical, isPlain: entry.physical === name } : null;
};

export interface TakeNameInput {
  readonly name: string;
  /** Proven, with the mark of its staging. */
  readonly target: { readonly physical: string; readonly mark: TransferMark };
  /** As the run found it when it looked. */
  readonly from: CurrentCollection | null;
  /** Of the copy of a plain collection. */
  readonly batchSize: number;
  readonly parallel: number;
  /**
   * Looks a last time at what the name leads to, and brings over what was written there meanwhile, or throws: nothing is
   * switched then. A plain collection cannot be written to while this runs.
   */
  readonly lastLook?: (run: RunOptions) => Promise<void>;
  /** Give up a plain collection although its writers cannot be held off (plain/give-up-plain.ts). */
  readonly allowConcurrentWrites?: boolean;
  /**
   * Hold writers off from the last look to the switch, also where the name is an alias: what they write in between could not
   * be carried over afterwards.
   */
  readonly holdsWriters?: boolean;
}

export interface TakenName {
  /** What the name led to, or the copy of a plain collection; null: it led nowhere. */
  readonly kept: string | null;
  /** Null where the name was an alias: the switch was atomic. */
  readonly gap: NameGap | null;
  /** Nobody could write between the last look and the switch. */
  readonly isFenced: boolean;
  /** Of a plain collection, as it was copied. */
  readonly state: KeptState | null;
}

export interface KeptState {
  readonly points: number;
  readonly pointsHash: string;
}

/**
 * @throws QdxError `refused` where somebody moved the name meanwhile, `verification` where the name does not lead there.
 */
export const takeName = (connection: Connection, input: TakeNameInput, run: RunOptions): Promise<TakenName> =>
  input.from?.isPlain ? takeFromPlain(connection, input, run) : takeAlias(connection, input, run);

async function takeFromPlain(connection: Connection, input: TakeNameInput, run: RunOptions): Promise<TakenName> {
  const { name, target, ...how } = input;
  const plain = { ...how, plain: name, versionsOf: name, name, command: target.mark.command, target };
  const { kept, gap, ...state } = await giveUpPlain(connection, plain, run);
  return { kept, gap, state, isFenced: gap.isFenced };
}

async function takeAlias(connection: Connection, input: TakeNameInput, run: RunOptions): Promise<TakenName> {
  const { name, target, lastLook, holdsWriters } = input;
  const from = input.from?.physical ?? null;
  const fence = from !== null && holdsWriters ? await raiseFence(connection, from, run) : null;
  try {
    await lastLook?.(run);
    run.signal?.throwIfAborted();
    run.onEvent?.({ type: 'phase', name: 'switching', detail: `${name} -> ${target.physical}` });
    await switchAliases(connection, [{ alias: name, physical: target.physical, from }]);
    return { kept: from, gap: null, isFenced: fence?.holds() ?? false, state: null };
  } finally {
    await fence?.lift();
  }
}

/** After the switch: the target is live, and what it replaced is kept, with what it holds, for `qdx rollback`. */
export async function noteSwitch(
  connection: Connection,
  { name, target, kept, state }: Pick<TakeNameInput, 'name' | 'target'> & Pick<TakenName, 'kept' | 'state'>,
  run: RunOptions,
): Promise<void> {
  if (kept !== null) await noteKept(connection, { name, target, kept, state }, run);
  const { kept: _before, takesName: _done, isSpoiled: _was, ...mark } = target.mark;
  const live: TransferMark = { ...mark, name, replaced: kept, state: 'live', at: new Date().toISOString() };
  await writeTransferMark(connection, target.physical, live);
}

/** A collection that a name led to before: with what it holds now, where `state` does not say it. */
export async function noteKept(
  connection: Connection,
  { name, target, kept, state }: Pick<TakeNameInput, 'name' | 'target'> & { kept: string; state: KeptState | null },
  run: RunOptions,
): Promise<void> {
  const before = await readTransferMark(connection, kept);
  const { points, pointsHash } = state ?? (await stateOf(connection, kept, run));
  await writeTransferMark(connection, kept, {
    version: 1,
    command: target.mark.command,
    origin: before?.origin ?? '',
    replaced: before?.replaced ?? null,
    state: 'kept',
    name,
    at: new Date().toISOString(),
    kept: { points, pointsHash, by: target.physical },
  });
}

/** Ranges read at once: nobody waits for this. */
const parallelRanges = 2;

/** What a collection holds now. */
export async function stateOf(connection: Connection, physical: string, run: RunOptions): Promise<KeptState> {
  const { shardKeys } = await describeCollection(connection, { physical, aliases: [] }, run);
  return digestCollection(connection, { physical, shardKeys, parallel: parallelRanges }, run);
}

export interface FinishedSwitch {
  readonly name: string;
  readonly physical: string;
}

/** As `endCutSwitch`; and a fence that a killed run left before what the name leads to is taken down. */
export async function finishCutSwitch(
  connection: Connection,
  name: string,
  run: RunOptions,
): Promise<FinishedSwitch | null> {
  const finished = await endCutSwitch(connection, name, run);
  const current = finished ? null : currentOf(await listCollections(connection, run.signal), name);
  if (current) await restoreStrictMode(connection, current.physical);
  return finished;
}

/**
 * What a killed run left of a name is brought to its end: a name without a collection (it had deleted a plain one, and what
 * was to take its name is there and proven), or a switch that was not noted. Every command that changes names does so first,
 * under the lock of the name (`withWriterLocks`). Null where there was no switch to finish.
 */
export async function endCutSwitch(
  connection: Connection,
  name: string,
  run: RunOptions,
): Promise<FinishedSwitch | null> {
  const listed = await listCollections(connection, run.signal);
  const current = currentOf(listed, name);
  const cut = current ? await findUnnoted(connection, current) : await findNameless(connection, listed, name);
  // Of another name that leads there too: that one's lock is not held here.
  if (cut?.mark.name !== name) return null;
  const { physical, mark, takesName } = cut;
  await giveCutNames(connection, listed, name, cut);
  const kept = takesName.copy === physical ? null : takesName.copy;
  await noteSwitch(connection, { name, target: { physical, mark }, kept, state: null }, run);
  await noteState(connection, physical, 'done');
  // A migration reads its source once more after the switch; here nobody knows what it had read.
  const late = mark.command === 'migrate' ? `; what was written in its last moment is in ${takesName.copy} alone` : '';
  run.onEvent?.({ type: 'warning', message: `${cutMessage(name, physical)}${late}` });
  return { name, physical };
}

const cutMessage = (name: string, physical: string): string =>
  `an earlier run was killed while it gave the name ${name} to ${physical}: that is finished now`;

/** The name leads nowhere because a run was killed between the deletion of a plain collection and the alias. */
export async function isCutOff(connection: Connection, name: string, { signal }: RunOptions): Promise<boolean> {
  const listed = await listCollections(connection, signal);
  return currentOf(listed, name) === null && (await findNameless(connection, listed, name)) !== null;
}

/**
 * The names alone, under the lock of the name: for a command that has more to do after its switch, and finds by the mark
 * (`staging`, with `takesName`) that it has.
 */
export async function nameCutSwitch(connection: Connection, name: string, run: RunOptions): Promise<void> {
  const listed = await listCollections(connection, run.signal);
  const cut = currentOf(listed, name) ? null : await findNameless(connection, listed, name);
  if (!cut) return;
  await giveCutNames(connection, listed, name, cut);
  run.onEvent?.({ type: 'warning', message: cutMessage(name, cut.physical) });
}

/** The name to what takes it, and what else led to the plain collection to its copy. */
async function giveCutNames(
  connection: Connection,
  listed: readonly ListedCollection[],
  name: string,
  { physical, takesName }: CutSwitch,
): Promise<void> {
  const lost = [name, ...takesName.aliases].filter((alias) => currentOf(listed, alias) === null);
  await switchAliases(
    connection,
    lost.map((alias) => ({ alias, physical: alias === name ? physical : takesName.copy, from: null })),
  );
}

interface CutSwitch {
  readonly physical: string;
  readonly mark: TransferMark;
  readonly takesName: NonNullable<TransferMark['takesName']>;
}

/** The name leads to what took it, which is still marked as on its way. */
async function findUnnoted(
  connection: Connection,
  { physical, isPlain }: CurrentCollection,
): Promise<CutSwitch | null> {
  if (isPlain) return null;
  const mark = await readTransferMark(connection, physical);
  return mark?.state === 'staging' && mark.takesName ? { physical, mark, takesName: mark.takesName } : null;
}

async function findNameless(
  connection: Connection,
  listed: readonly ListedCollection[],
  name: string,
): Promise<CutSwitch | null> {
  // Of others it would be asked in vain; and those of a cluster may lie on a peer that is down.
  const candidates = listed.filter(({ physical, aliases }) => aliases.length === 0 && versionOf(name, physical));
  for (const { physical } of candidates) {
    const mark = await readTransferMark(connection, physical);
    if (mark?.takesName && mark.name === name) return { physical, mark, takesName: mark.takesName };
  }
  return null;
}
