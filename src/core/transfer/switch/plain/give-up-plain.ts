/**
 * Gives the name of a plain collection to another one. Qdrant cannot rename a collection, nor have an alias of a collection's
 * name: it has to be deleted, and for a moment the name leads nowhere.
 *
 * Order: a copy, levelled and proven equal under a fence against writes; the target's mark says that it takes the name; the
 * collection is deleted; the alias is made. Killed before the deletion, nothing has happened; killed after it, everything
 * that is needed is there, and `finishCutSwitch` makes the alias.
 */
import { isQdxError, QdxError } from '../../../../lib/errors.ts';
import type { RunOptions } from '../../../../lib/events.ts';
import { readCollectionInfo } from '../../../qdrant/collection/collection-info.ts';
import { listCollections } from '../../../qdrant/collection/names.ts';
import type { Connection } from '../../../qdrant/connection/connection.ts';
import { readTransferMark, type TransferMark, writeTransferMark } from '../../journal/transfer-mark.ts';
import { reached } from '../../journal/steps.ts';
import { switchAliases } from '../switch-aliases.ts';
import { copyPlain, type CopyInput, finishCopy, type PlainCopy } from './copy-plain.ts';
import { levelPoints } from './level-points.ts';
import { restoreStrictMode } from '../../collection/strict-mode.ts';
import { canRaiseFence, raiseFence, type WriteFence } from './write-fence.ts';

export interface GiveUpInput extends CopyInput {
  /** Name that leads to the target in the end; other than `plain` where it is renamed. */
  readonly name: string;
  /** Null: the copy itself. */
  readonly target: { readonly physical: string; readonly mark: TransferMark } | null;
  /** Delete it although writers cannot be held off until then: what they write after the last reading is lost. */
  readonly allowConcurrentWrites?: boolean;
  /**
   * Looks at the plain collection a last time, while nobody can write to it; again where that did not hold. May throw: nothing
   * has happened then.
   */
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

/**
 * @throws QdxError `verification` where copy and collection do not become equal, or writers cannot be held off until it is
 * deleted; any other where it could not be deleted. In all of these nothing was deleted, and it takes writes again.
 */
export async function giveUpPlain(connection: Connection, input: GiveUpInput, run: RunOptions): Promise<GivenUp> {
  const { plain } = input;
  await restoreStrictMode(connection, plain);
  if (!input.allowConcurrentWrites && !(await canRaiseFence(connection, plain, run)))
    throw notHeldOff(plain, 'on this server, or with its shard keys, nobody can be kept from writing to it');
  const copy = await copyPlain(connection, input, run);
  reached(run, 'plain.copied');
  const fence = await raiseFence(connection, plain, run);
  reached(run, 'plain.fenced');
  const proven = await proveEqual(connection, input, { copy, fence }, run).catch(async (error: unknown) => {
    await fence?.lift();
    throw error;
  });
  const { readAt, ...state } = proven;
  const { deletedAt, isFenced } = await handOver(connection, input, { copy, fence }, run);
  const gap = { durationMs: performance.now() - deletedAt, unreadMs: deletedAt - readAt, isFenced };
  return { kept: copy.physical, ...state, gap };
}

interface Held {
  readonly copy: PlainCopy;
  readonly fence: WriteFence | null;
}

interface ProvenEqual {
  readonly points: number;
  readonly pointsHash: string;
  readonly readAt: number;
}

/** The last look and the reading that finds nothing to copy both lie behind one raising of the fence. */
async function proveEqual(
  connection: Connection,
  { plain, batchSize, parallel, lastLook }: GiveUpInput,
  { copy, fence }: Held,
  run: RunOptions,
): Promise<ProvenEqual> {
  const { physical, description } = copy;
  const { shardKeys } = description;
  const input = { from: plain, to: physical, shardKeys, batchSize, parallel, stage: 'comparing' };
  let tookMs = 0;
  let isLooked = false;
  for (let round = 0; round < mostRounds; round++) {
    if (fence && !fence.holds(tookMs)) {
      await fence.renew();
      isLooked = false;
    }
    if (!isLooked) await lastLook?.(run);
    isLooked = true;
    run.onEvent?.({ type: 'phase', name: 'comparing', detail: `${plain} with ${physical}` });
    const readAt = performance.now();
    const { differed, ...state } = await levelPoints(connection, input, run);
    tookMs = performance.now() - readAt;
    if (differed > 0) continue;
    reached(run, 'plain.equal');
    await finishCopy(connection, copy);
    return { ...state, readAt };
  }
  throw new QdxError('verification', `${plain} and its copy ${physical} did not become equal: somebody keeps writing`, {
    hint: 'nothing was deleted; stop the writers and run the same command again',
  });
}

interface HandedOver {
  readonly deletedAt: number;
  readonly isFenced: boolean;
}

/** Announced, deleted, named. What fails before the deletion is taken back; after it nothing stops it, no signal either. */
async function handOver(
  connection: Connection,
  { plain, name, target: given, allowConcurrentWrites }: GiveUpInput,
  { copy, fence }: Held,
  run: RunOptions,
): Promise<HandedOver> {
  const target = given ?? copy;
  const { aliases } = copy.description;
  const before = (await readTransferMark(connection, target.physical)) ?? target.mark;
  let done: HandedOver;
  try {
    const mark: TransferMark = { ...before, name, takesName: { copy: copy.physical, aliases } };
    await writeTransferMark(connection, target.physical, mark);
    reached(run, 'plain.announced');
    run.signal?.throwIfAborted();
    done = { deletedAt: performance.now(), isFenced: fence?.holds() ?? false };
    if (!done.isFenced && !allowConcurrentWrites)
      throw notHeldOff(plain, 'it took longer to read than its writers can be held off, which is a minute');
    await deletePlain(connection, plain, copy.physical);
  } catch (error) {
    await takeBack(connection, { plain, fence, target: target.physical, before }, run);
    throw error;
  }
  reached(run, 'plain.deleted');
  await switchAliases(connection, [
    { alias: name, physical: target.physical, from: null },
    ...aliases.map((alias) => ({ alias, physical: copy.physical, from: null })),
  ]);
  reached(run, 'plain.named');
  return done;
}

/** An answer that was lost is no failure where the collection is gone. */
async function deletePlain(connection: Connection, plain: string, copy: string): Promise<void> {
  try {
    await connection.request('DELETE', `/collections/${encodeURIComponent(plain)}`);
  } catch (error) {
    const listed = await listCollections(connection).catch(() => null);
    if (listed && !listed.some(({ physical }) => physical === plain)) return;
    const isThere = listed ? 'it is as it was' : 'whether it is there still is not known';
    const { kind, message } = isQdxError(error) ? error : { kind: 'failed' as const, message: String(error) };
    throw new QdxError(kind, `${plain} was not deleted after its copy ${copy} was proven (${isThere}): ${message}`, {
      hint: 'run the same command again: it goes on from what is there',
      cause: error,
    });
  }
}

interface Announced {
  readonly plain: string;
  readonly fence: WriteFence | null;
  readonly target: string;
  /** Its mark before it was to take the name. */
  readonly before: TransferMark;
}

/**
 * The fence first: where the collection is gone after all that fails, and the mark stays, by which `finishCutSwitch` knows who
 * takes the name.
 */
async function takeBack(connection: Connection, { plain, fence, target, before }: Announced, run: RunOptions) {
  const { takesName: _announced, ...mark } = before;
  try {
    if (fence) await fence.lift();
    else await readCollectionInfo(connection, plain);
    await writeTransferMark(connection, target, mark);
  } catch (error) {
    run.onEvent?.({
      type: 'warning',
      message: `what was prepared to give up ${plain} could not be taken back (${(error as Error).message}): until the same command runs again it may refuse writes (429), or its name lead nowhere`,
    });
  }
}

const notHeldOff = (plain: string, why: string): QdxError =>
  new QdxError('verification', `${plain} would be deleted while somebody may write to it: ${why}`, {
    hint: 'nothing was deleted; stop its writers, then add --allow-concurrent-writes',
    details: { name: plain },
  });
