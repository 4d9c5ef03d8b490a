/**
 * The switch of a restore: its collections get their names, and what these led to is noted.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { Replacement } from '../switch/guards.ts';
import { type KeptCollection, noteDone, replacedByAlias } from '../switch/kept-collections.ts';
import type { NameGap } from '../switch/plain/give-up-plain.ts';
import type { Staging } from '../collection/staging.ts';
import { switchAliases } from '../switch/switch-aliases.ts';
import { takeName } from '../switch/take-name.ts';
import type { TransferMark } from '../journal/transfer-mark.ts';
import type { RestoreItem } from './plan.ts';

export interface Target {
  readonly item: RestoreItem;
  readonly staging: Staging;
  readonly mark: TransferMark;
  readonly replacements: readonly Replacement[];
  /** A run that was killed had switched it in already. */
  readonly isSwitched: boolean;
  /** An earlier run restored it from this backup, and it holds just that: there is nothing to do. */
  readonly isUnchanged: boolean;
}

export interface TakeParams {
  /** Of the copy of a plain collection. */
  readonly batchSize: number;
  readonly parallel: number;
  /** Also where the writers of a plain collection cannot be held off. */
  readonly allowConcurrentWrites?: boolean;
}

export interface Switched {
  readonly kept: readonly KeptCollection[];
  readonly gap: NameGap | null;
}

/** All aliases in one step; then the names of plain collections, each with its gap. */
export async function switchIn(
  connection: Connection,
  targets: readonly Target[],
  params: TakeParams,
  run: RunOptions,
): Promise<ReadonlyMap<Target, Switched>> {
  run.signal?.throwIfAborted();
  const byAlias = targets.filter((target) => plainName(target) === null);
  const switches = byAlias.flatMap(({ item, staging, replacements }) =>
    item.aliases.map((alias) => ({
      alias,
      physical: staging.physical,
      from: replacements.find(({ name }) => name === alias)?.physical ?? null,
    })),
  );
  if (switches.length > 0) await switchAliases(connection, switches);
  const switched = new Map<Target, Switched>();
  for (const target of byAlias)
    switched.set(target, { kept: replacedByAlias(target.item.name, target.replacements), gap: null });
  for (const target of targets) {
    const name = plainName(target);
    if (name !== null) switched.set(target, await takeFromPlain(connection, name, target, params, run));
  }
  return switched;
}

const plainName = ({ replacements }: Target): string | null =>
  replacements.find(({ isPlain }) => isPlain)?.name ?? null;

async function takeFromPlain(
  connection: Connection,
  name: string,
  { staging, mark }: Target,
  { batchSize, parallel, allowConcurrentWrites = false }: TakeParams,
  run: RunOptions,
): Promise<Switched> {
  const target = { physical: staging.physical, mark };
  const from = { physical: name, isPlain: true };
  const { kept, gap, state } = await takeName(
    connection,
    { name, target, from, batchSize, parallel, allowConcurrentWrites },
    run,
  );
  return { kept: kept === null ? [] : [{ name, kept, state }], gap };
}

export async function markLive(
  connection: Connection,
  { item: { name }, staging, mark }: Target,
  kept: readonly KeptCollection[],
  run: RunOptions,
): Promise<void> {
  await noteDone(connection, { name, target: { physical: staging.physical, mark }, kept }, run);
}
