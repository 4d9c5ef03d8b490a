/**
 * What names led to before a switch: kept, and noted with what it holds, so that `qdx rollback` can prove it.
 */
import type { RunOptions } from '../../../lib/events.ts';
import { listCollections } from '../../qdrant/collection/names.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { Replacement } from './guards.ts';
import { type KeptState, noteKept, noteSwitch } from './take-name.ts';
import { noteState } from '../journal/transfer-journal.ts';
import type { TransferMark } from '../journal/transfer-mark.ts';

export interface KeptCollection {
  /** That led to it. */
  readonly name: string;
  readonly kept: string;
  /** Null: as it is when it is noted. */
  readonly state: KeptState | null;
}

/** Each once, that of `name` first. */
export function replacedByAlias(name: string, replacements: readonly Replacement[]): KeptCollection[] {
  const kept = new Map<string, KeptCollection>();
  for (const each of replacements.toSorted((a, b) => Number(b.name === name) - Number(a.name === name)))
    if (!kept.has(each.physical)) kept.set(each.physical, { name: each.name, kept: each.physical, state: null });
  return [...kept.values()];
}

/** For a run that finds the switch done by one that was killed: as that one's mark says. */
export async function keptByMark(
  connection: Connection,
  mark: TransferMark,
  { signal }: RunOptions,
): Promise<KeptCollection[]> {
  const kept = mark.takesName?.copy ?? mark.replaced;
  const isThere = (await listCollections(connection, signal)).some(({ physical }) => physical === kept);
  return kept !== null && isThere ? [{ name: mark.name, kept, state: null }] : [];
}

export interface DoneSwitch {
  readonly name: string;
  /** With the mark of its staging. */
  readonly target: { readonly physical: string; readonly mark: TransferMark };
  readonly kept: readonly KeptCollection[];
}

/** The mark of the new one comes last: a run that is killed before is found by it. */
export async function noteDone(
  connection: Connection,
  { name, target, kept }: DoneSwitch,
  run: RunOptions,
): Promise<void> {
  const [own, ...others] = kept;
  for (const other of others) await noteKept(connection, { ...other, target }, run);
  await noteSwitch(connection, { name, target, kept: own?.kept ?? null, state: own?.state ?? null }, run);
  await noteState(connection, target.physical, 'done');
}
