/**
 * Rename: the name of a collection is an alias, so that another one is made and the first taken away, in one atomic step;
 * nothing is embedded or copied. A plain collection is copied into a version of the new name, proven, and deleted.
 */
import { randomUUID } from 'node:crypto';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import {
  assertCollectionName,
  listCollections,
  type ListedCollection,
  missingCollection,
  publicNames,
} from '../qdrant/collection/names.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { LockOwner } from '../qdrant/lock.ts';
import { assertAnsweredYes, type Confirm, gapReason } from './switch/guards.ts';
import { withWriterLocks } from './switch/locks.ts';
import { giveUpPlain, type NameGap } from './switch/plain/give-up-plain.ts';
import { switchAliases } from './switch/switch-aliases.ts';
import { currentOf, endCutSwitch, finishCutSwitch, noteSwitch } from './switch/take-name.ts';
import { readTransferMark, writeTransferMark } from './journal/transfer-mark.ts';

export interface RenameParams {
  readonly from: string;
  readonly to: string;
  readonly allowGap: boolean;
  /** Also where the writers of a plain collection cannot be held off. */
  readonly allowConcurrentWrites: boolean;
  readonly batchSize: number;
  readonly parallel: number;
  readonly confirm: Confirm;
  readonly owner: LockOwner;
  readonly breakLock: boolean;
}

export interface RenameSummary {
  readonly from: string;
  readonly to: string;
  /** The collection that holds the points. */
  readonly physical: string;
  /** Null where it was an alias. */
  readonly gap: NameGap | null;
}

/** @throws QdxError `refused` where the new name is taken, or for a plain collection without `allowGap`. */
export async function renameCollection(
  connection: Connection,
  params: RenameParams,
  run: RunOptions = {},
): Promise<RenameSummary> {
  const { from, to, owner, breakLock } = params;
  assertCollectionName(to);
  const lock = { names: [from, to], owner, breakLock, runId: randomUUID(), resumesSwitch: true } as const;
  return withWriterLocks(connection, lock, run, async (watched) => {
    const finished = await finishCutSwitch(connection, to, watched);
    await endCutSwitch(connection, from, watched);
    const listed = await listCollections(connection, watched.signal);
    const current = currentOf(listed, from);
    if (finished && !current) return { from, to, physical: finished.physical, gap: null };
    if (!current) throw missingCollection(connection.url, from, publicNames(listed));
    assertFree(listed, to);
    if (current.isPlain) return renamePlain(connection, params, watched);
    const question = `Rename ${from} to ${to}? ${current.physical} is not touched; ${from} leads nowhere then.`;
    await assertAnsweredYes({ question, what: `${from} would be called ${to}` }, params.confirm);
    const { physical } = current;
    await switchAliases(connection, [
      { alias: to, physical, from: null },
      { alias: from, physical: null, from: physical },
    ]);
    await renameMarks(connection, listed, from, to);
    return { from, to, physical, gap: null };
  });
}

function assertFree(listed: readonly ListedCollection[], to: string): void {
  const taken = currentOf(listed, to);
  if (!taken) return;
  throw new QdxError(
    'refused',
    taken.isPlain ? `there is a collection ${to} already` : `${to} leads to ${taken.physical} already`,
    { hint: 'choose another name' },
  );
}

async function renamePlain(connection: Connection, params: RenameParams, run: RunOptions): Promise<RenameSummary> {
  const { from, to, allowGap, allowConcurrentWrites, batchSize, parallel } = params;
  if (!allowGap)
    throw new QdxError('refused', gapReason(from), {
      hint: 'add --allow-gap',
      details: { name: from },
    });
  const question = `Copy ${from} to a version of ${to}, delete ${from} when both are proven equal, and call the copy ${to}?`;
  await assertAnsweredYes({ question, what: `${from} would be copied and deleted` }, params.confirm);
  const { kept, gap } = await giveUpPlain(
    connection,
    {
      plain: from,
      versionsOf: to,
      name: to,
      command: 'rename',
      target: null,
      batchSize,
      parallel,
      allowConcurrentWrites,
    },
    run,
  );
  const mark = await readTransferMark(connection, kept);
  if (mark) await noteSwitch(connection, { name: to, target: { physical: kept, mark }, kept: null, state: null }, run);
  return { from, to, physical: kept, gap };
}

/** Versions that are kept belong to the new name from now on: rollback and gc look for them there. */
async function renameMarks(
  connection: Connection,
  listed: readonly ListedCollection[],
  from: string,
  to: string,
): Promise<void> {
  for (const { physical } of listed) {
    const mark = await readTransferMark(connection, physical);
    if (mark?.name === from && mark.state !== 'staging')
      await writeTransferMark(connection, physical, { ...mark, name: to });
  }
}
