/**
 * Gives the name of a plain collection to another one. Qdrant cannot rename a collection, nor have an alias of a collection's
 * name: it has to be deleted, and for a moment the name leads nowhere.
 *
 * Order: a copy, levelled and proven equal under a fence against writes; the target's mark says that it takes the name; the
 * collection is deleted; the alias is made. Killed before the deletion, nothing has happened; killed after it, everything
 * that is needed is there, and `finishCutSwitch` makes the alias.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { listCollections } from '../../qdrant/collection/names.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { type TransferMark, writeTransferMark } from '../transfer-mark.ts';
import { reached } from '../steps.ts';
import { copyPlain, type CopyInput, finishCopy, type PlainCopy } from './copy-plain.ts';
import { levelPoints } from './level-points.ts';
import { liftFence, raiseFence } from './write-fence.ts';

export interface GiveUpInput extends CopyInput {
  /** Name that leads to the target in the end; other than `plain` where it is renamed. */
  readonly name: string;
  /** Null: the copy itself. */
  readonly target: { readonly physical: string; readonly mark: TransferMark } | null;
  /** Looks at the plain collection a last time, while nobody can write to it. May throw: nothing has happened then. */
  readonly lastLook?: (run: RunOptions) => Promise<void>;
}

export interface GivenUp {
  /** The copy. */
  readonly kept: string;
  readonly points: number;
  readonly pointsHash: string;
  readonly gap: NameGap;
}

export interface NameGap {
  /** How long the name led nowhere. */
  readonly durationMs: number;
  /** Writers were held off (429) from the last reading on; without it, what they wrote in `unreadMs` is lost. */
  readonly isFenced: boolean;
  /** From the start of the last reading to the deletion. */
  readonly unreadMs: number;
}

/** Writers that do not stop are held off by the fence; without one, this often is the difference copied. */
const mostRounds = 5;

/** @throws QdxError `verification` where copy and collection do not become equal: nothing was deleted. */
export async function giveUpPlain(connection: Connection, input: GiveUpInput, run: RunOptions): Promise<GivenUp> {
  const { plain, name, lastLook } = input;
  await liftFence(connection, plain);
  const copy = await copyPlain(connection, input, run);
  reached(run, 'plain.copied');
  const fence = await raiseFence(connection, plain, run);
  reached(run, 'plain.fenced');
  let isGone = false;
  try {
    await lastLook?.(run);
    const { readAt, ...state } = await proveEqual(connection, input, copy, run);
    reached(run, 'plain.equal');
    await finishCopy(connection, copy);
    const target = input.target ?? copy;
    const { aliases } = copy.description;
    const mark = { ...target.mark, name, takesName: { copy: copy.physical, aliases } };
    await writeTransferMark(connection, target.physical, mark);
    reached(run, 'plain.announced');
    run.signal?.throwIfAborted();
    const holdsAtTheEnd = fence?.holds() ?? false;
    const deletedAt = performance.now();
    isGone = true;
    await connection.request('DELETE', `/collections/${encodeURIComponent(plain)}`);
    reached(run, 'plain.deleted');
    await giveName(connection, { name, target: target.physical, aliases, copy: copy.physical });
    reached(run, 'plain.named');
    const gap = {
      durationMs: performance.now() - deletedAt,
      unreadMs: deletedAt - readAt,
      isFenced: holdsAtTheEnd,
    };
    return { kept: copy.physical, ...state, gap };
  } finally {
    if (!isGone) await fence?.lift();
  }
}

async function proveEqual(
  connection: Connection,
  { plain, batchSize, parallel }: GiveUpInput,
  { physical, description: { shardKeys } }: PlainCopy,
  run: RunOptions,
): Promise<{ readonly points: number; readonly pointsHash: string; readonly readAt: number }> {
  const input = { from: plain, to: physical, shardKeys, batchSize, parallel, stage: 'comparing' };
  run.onEvent?.({ type: 'phase', name: 'comparing', detail: `${plain} with ${physical}` });
  for (let round = 0; round < mostRounds; round++) {
    const readAt = performance.now();
    const { differed, ...state } = await levelPoints(connection, input, run);
    if (differed === 0) return { ...state, readAt };
  }
  throw new QdxError('verification', `${plain} and its copy ${physical} did not become equal: somebody keeps writing`, {
    hint: 'nothing was deleted; stop the writers and run the same command again',
  });
}

interface NameInput {
  readonly name: string;
  readonly target: string;
  /** That led to the collection that is gone: to its copy now. */
  readonly aliases: readonly string[];
  readonly copy: string;
}

/** Once begun it is brought to its end: no signal is heard. @throws QdxError `verification`. */
async function giveName(connection: Connection, { name, target, aliases, copy }: NameInput): Promise<void> {
  const actions = [
    { create_alias: { alias_name: name, collection_name: target } },
    ...aliases.map((alias) => ({ create_alias: { alias_name: alias, collection_name: copy } })),
  ];
  await connection.request('POST', '/collections/aliases', { body: { actions } });
  const listed = await listCollections(connection);
  if (listed.some((entry) => entry.physical === target && entry.aliases.includes(name))) return;
  throw new QdxError('verification', `${name} does not lead to ${target}, although it was told to`, {
    hint: `qdx alias set ${name} ${target}`,
  });
}
