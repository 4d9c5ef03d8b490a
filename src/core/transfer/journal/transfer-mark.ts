/**
 * What qdx notes on a collection that it makes or replaces: that it is a staging collection of a run, that it was switched in
 * and what it replaced, or that it is kept as the version before. In the collection's metadata, so that it lives and dies with
 * it; nothing else is ever cleaned up.
 */
import { QdxError } from '../../../lib/errors.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';
import { readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import { transferKey } from '../../qdrant/collection/transfer-key.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';

export { transferKey } from '../../qdrant/collection/transfer-key.ts';

export interface TransferMark {
  readonly version: 1;
  /**
   * `staging`: not yet proven, nothing leads to it. `live`: it was verified and switched in. `kept`: its name was given to
   * another collection.
   */
  readonly state: 'staging' | 'live' | 'kept';
  readonly command: 'restore' | 'migrate' | 'upload' | 'rollback' | 'rename';
  /** Public name that it is, or was, meant for. */
  readonly name: string;
  /** What is in it: a hash of the backup's manifest, or of what else it is made from. A later run may go on with it. */
  readonly origin: string;
  /** Collection that the public name led to before the switch; null: none. */
  readonly replaced: string | null;
  /** ISO 8601 UTC. */
  readonly at: string;
  /**
   * Of a proven `staging` one: it is about to take the name of a plain collection, which has to be deleted for that. Where the
   * name leads nowhere, the run was killed in between: the name is to be given to this collection, and what else led to the
   * plain one to its copy.
   */
  readonly takesName?: { readonly copy: string; readonly aliases: readonly string[] };
  /** Of a `staging` one: it holds what its origin does not, so that a later run empties it first. */
  readonly isSpoiled?: true;
  /** Of a `kept` one: its points when the name left it, and what the name was given to. */
  readonly kept?: { readonly points: number; readonly pointsHash: string; readonly by: string };
}

/**
 * A version of the name: called so, or made by qdx for it, however it is called since the name was changed. What somebody else
 * made has no origin, also where a name led to it.
 */
export const isVersionOf = (name: string, physical: string, mark: TransferMark | null): boolean =>
  versionOf(name, physical) !== null || (mark !== null && mark.name === name && mark.origin !== '');

/** @throws QdxError `refused` for the mark of a newer qdx (F45). */
export async function readTransferMark(connection: Connection, physical: string): Promise<TransferMark | null> {
  const info = await readCollectionInfo(connection, physical);
  const mark = (info.config.metadata?.[transferKey] as TransferMark | null | undefined) ?? null;
  if (mark !== null && mark.version !== 1)
    throw new QdxError(
      'refused',
      `collection ${physical} has a transfer mark of version ${String(mark.version)}; this qdx knows 1`,
      { hint: 'a newer qdx made it: npm install --global qdx@latest' },
    );
  return mark;
}

export async function writeTransferMark(connection: Connection, physical: string, mark: TransferMark): Promise<void> {
  const body = { metadata: { [transferKey]: mark } };
  await connection.request('PATCH', `/collections/${encodeURIComponent(physical)}`, { body });
}
