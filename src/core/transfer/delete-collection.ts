/**
 * Deletes a collection for good. Its own name has to be typed, also where an alias was named (F15), and nothing is deleted to
 * which a name leads that was not named.
 */
import { randomUUID } from 'node:crypto';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { formatCount } from '../../lib/quantities.ts';
import { listCollections, missingCollection, publicNames, resolveAmong } from '../qdrant/collection/names.ts';
import { countPoints } from '../qdrant/collection/points.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { LockOwner } from '../qdrant/lock.ts';
import { withWriterLocks } from './switch/locks.ts';
import type { AskText } from './switch/guards.ts';
import { readTransferMark } from './journal/transfer-mark.ts';
import { shellText } from '../../lib/shell-line.ts';

export interface DeleteParams {
  /** Collection or alias. */
  readonly name: string;
  /** `--confirm`: the collection itself; null: nothing was typed. */
  readonly confirmedName: string | null;
  readonly ask: AskText;
  readonly owner: LockOwner;
  readonly breakLock: boolean;
}

export interface DeletedCollection {
  readonly name: string;
  readonly physical: string;
  readonly points: number;
  /** Names that led to it, which are gone too. */
  readonly aliases: readonly string[];
}

/** @throws QdxError `notFound`, `refused` where another name leads to it or its own name was not typed, `locked`. */
export async function deleteCollection(
  connection: Connection,
  params: DeleteParams,
  run: RunOptions = {},
): Promise<DeletedCollection> {
  const { name, owner, breakLock } = params;
  const { physical } = await lookAt(connection, name, run);
  await assertNotLeftByCut(connection, physical, run);
  const meantFor = (await readTransferMark(connection, physical))?.name ?? name;
  const lock = { names: [name, physical, meantFor], owner, breakLock, runId: randomUUID() };
  return withWriterLocks(connection, lock, run, async (watched) => {
    const look = async (): Promise<Found> => {
      const now = await lookAt(connection, name, watched);
      assertUnmoved(name, physical, now);
      assertNotServed(name, now);
      await assertNotLeftByCut(connection, physical, watched);
      return now;
    };
    const points = await countPoints(connection, physical, watched);
    await assertTyped(params, { ...(await look()), points });
    watched.signal?.throwIfAborted();
    // Somebody may have led a name there while its own was typed.
    const found = await look();
    await connection.request('DELETE', `/collections/${encodeURIComponent(physical)}`);
    await assertGone(connection, physical);
    return { name, physical, points, aliases: found.aliases };
  });
}

interface Found {
  readonly physical: string;
  readonly aliases: readonly string[];
}

async function lookAt(connection: Connection, name: string, run: RunOptions): Promise<Found> {
  const listed = await listCollections(connection, run.signal);
  const resolved = resolveAmong(listed, name);
  const found = listed.find(({ physical }) => physical === resolved?.physical);
  if (found) return found;
  throw missingCollection(connection.url, name, publicNames(listed));
}

/** @throws QdxError `refused` */
function assertUnmoved(name: string, physical: string, now: Found): void {
  if (now.physical === physical) return;
  throw new QdxError('refused', `${name} was moved meanwhile, from ${physical} to ${now.physical}`, {
    hint: 'nothing was deleted; run the same command again',
  });
}

/** @throws QdxError `refused` */
function assertNotServed(name: string, { physical, aliases }: Found): void {
  const others = aliases.filter((alias) => alias !== name);
  const [other] = others;
  if (other === undefined) return;
  throw new QdxError(
    'refused',
    `${physical} is in use: ${others.join(', ')} ${others.length > 1 ? 'lead' : 'leads'} to it`,
    {
      hint:
        name === physical && aliases.length === 1
          ? shellText`if it is meant: qdx collections delete ${other} --confirm ${physical}`
          : shellText`lead them elsewhere first: qdx alias set ${other} <collection>, or qdx alias remove ${other}`,
      details: { physical, aliases: others },
    },
  );
}

/**
 * What a run that was killed in the gap of a plain collection left: the only copy of it, and what takes its name. Looked at before
 * the lock, too, under which such a switch is ended: its late writes would be in this copy alone.
 * @throws QdxError `refused`
 */
async function assertNotLeftByCut(connection: Connection, physical: string, { signal }: RunOptions): Promise<void> {
  for (const entry of await listCollections(connection, signal)) {
    const mark = await readTransferMark(connection, entry.physical);
    if (!mark?.takesName || (entry.physical !== physical && mark.takesName.copy !== physical)) continue;
    throw new QdxError(
      'refused',
      `${physical} is not deleted: a run was killed while it gave the name ${mark.name} to ${entry.physical}, and needs it to finish`,
      {
        hint: shellText`run that command again, or lead the name there: qdx alias set ${mark.name} ${entry.physical}`,
        details: { physical, name: mark.name },
      },
    );
  }
}

/** @throws QdxError `refused` */
async function assertTyped(
  { name, confirmedName, ask }: DeleteParams,
  { physical, points }: Found & { readonly points: number },
): Promise<void> {
  const what = name === physical ? physical : `${name} (${physical})`;
  const question = `Delete ${what} with ${formatCount(points)} points for good? Type ${physical}:`;
  const typed = confirmedName ?? (await ask(question))?.trim();
  if (typed === physical) return;
  throw new QdxError('refused', `${what} with ${formatCount(points)} points is not deleted: its name was not typed`, {
    hint: shellText`qdx backup ${name} --to <folder> first; if it is meant: add --confirm ${physical}`,
    details: { name, physical, points },
  });
}

async function assertGone(connection: Connection, physical: string): Promise<void> {
  const listed = await listCollections(connection);
  if (!listed.some((entry) => entry.physical === physical)) return;
  throw new QdxError('failed', `${connection.url} said that it deleted ${physical}, and it is still there`, {
    hint: 'another program may have made it again: qdx stats',
  });
}
