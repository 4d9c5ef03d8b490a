/**
 * Aliases by hand: a name is made to lead to a collection, or taken away; read back afterwards.
 */
import { randomUUID } from 'node:crypto';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { formatCount } from '../../lib/quantities.ts';
import {
  assertCollectionName,
  listCollections,
  type ListedCollection,
  missingCollection,
  resolveAmong,
} from '../qdrant/collection/names.ts';
import { countPoints } from '../qdrant/collection/points.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { LockOwner } from '../qdrant/lock.ts';
import { assertAnsweredYes, type Confirm } from './switch/guards.ts';
import { withWriterLocks } from './switch/locks.ts';
import { switchAliases, whereTo } from './switch/switch-aliases.ts';
import { shellText } from '../../lib/shell-line.ts';

export interface AliasEntry {
  readonly alias: string;
  readonly collection: string;
  readonly points: number;
}

export async function listAliases(connection: Connection, run: RunOptions = {}): Promise<AliasEntry[]> {
  const listed = await listCollections(connection, run.signal);
  const entries: AliasEntry[] = [];
  for (const { physical, aliases } of listed) {
    const points = aliases.length === 0 ? 0 : await countPoints(connection, physical, run);
    for (const alias of aliases) entries.push({ alias, collection: physical, points });
  }
  return entries.toSorted((a, b) => (a.alias < b.alias ? -1 : 1));
}

export interface AliasParams {
  readonly alias: string;
  readonly confirm: Confirm;
  readonly owner: LockOwner;
  readonly breakLock: boolean;
}

export interface AliasChange {
  readonly alias: string;
  /** Where it led before; null: it was not there. */
  readonly before: string | null;
  /** Where it leads now; null: it is not there any more. */
  readonly after: string | null;
}

/** @throws QdxError `notFound` for a collection that is not there, `refused` where the name is a collection's own. */
export async function setAlias(
  connection: Connection,
  { collection, ...params }: AliasParams & { readonly collection: string },
  run: RunOptions = {},
): Promise<AliasChange> {
  const { alias } = params;
  assertCollectionName(alias);
  return locked(connection, params, run, async (watched) => {
    const listed = await listCollections(connection, watched.signal);
    const physical = resolveAmong(listed, collection)?.physical;
    if (physical === undefined)
      throw missingCollection(
        connection.url,
        collection,
        listed.map((entry) => entry.physical),
      );
    if (listed.some((entry) => entry.physical === alias))
      throw new QdxError('refused', `${alias} is a collection of its own: an alias cannot have its name`, {
        hint: shellText`qdx collections rename ${alias} <new name> frees it`,
      });
    const before = whereTo(listed, alias);
    if (before === physical) return { alias, before, after: physical };
    if (before !== null) await confirmMove(connection, { alias, before, physical }, params.confirm);
    await switchAliases(connection, [{ alias, physical, from: before }]);
    return { alias, before, after: physical };
  });
}

/** The collection stays. @throws QdxError `notFound` for what is no alias. */
export async function removeAlias(
  connection: Connection,
  params: AliasParams,
  run: RunOptions = {},
): Promise<AliasChange> {
  const { alias } = params;
  return locked(connection, params, run, async (watched) => {
    const listed = await listCollections(connection, watched.signal);
    const before = whereTo(listed, alias);
    if (before === null) throw missingAlias(connection, listed, alias);
    const question = `Remove the alias ${alias}? ${before} stays, under its own name.`;
    await assertAnsweredYes({ question, what: `alias ${alias} would be removed` }, params.confirm);
    await switchAliases(connection, [{ alias, physical: null, from: before }]);
    return { alias, before, after: null };
  });
}

const locked = <T>(
  connection: Connection,
  { alias, owner, breakLock }: AliasParams,
  run: RunOptions,
  work: (watched: RunOptions) => Promise<T>,
): Promise<T> => withWriterLocks(connection, { names: [alias], owner, breakLock, runId: randomUUID() }, run, work);

async function confirmMove(
  connection: Connection,
  { alias, before, physical }: { readonly alias: string; readonly before: string; readonly physical: string },
  confirm: Confirm,
): Promise<void> {
  const [now, then] = [await countPoints(connection, before), await countPoints(connection, physical)].map(formatCount);
  const question = `Lead ${alias} from ${before} (${now} points) to ${physical} (${then})? ${before} is kept.`;
  await assertAnsweredYes({ question, what: `${alias} would lead to ${physical} instead of ${before}` }, confirm);
}

function missingAlias(connection: Connection, listed: readonly ListedCollection[], alias: string): QdxError {
  if (listed.some(({ physical }) => physical === alias))
    return new QdxError('refused', `${alias} is a collection of its own, no alias`, {
      hint: shellText`to delete it for good: qdx collections delete ${alias} --confirm ${alias}`,
    });
  return missingCollection(
    connection.url,
    alias,
    listed.flatMap(({ aliases }) => aliases),
  );
}
