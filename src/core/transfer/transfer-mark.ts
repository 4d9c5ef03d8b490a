/**
 * What qdx notes on a collection that it makes itself: that it is a staging collection of a run, or that it was switched in
 * and what it replaced. In the collection's metadata, so that it lives and dies with it; nothing else is ever cleaned up.
 */
import { readCollectionInfo } from '../qdrant/collection/collection-info.ts';
import { transferKey } from '../qdrant/collection/transfer-key.ts';
import type { Connection } from '../qdrant/connection/connection.ts';

export { transferKey } from '../qdrant/collection/transfer-key.ts';

export interface TransferMark {
  readonly version: 1;
  /** `staging`: not yet proven, nothing leads to it. `live`: it was verified and switched in. */
  readonly state: 'staging' | 'live';
  readonly command: 'restore' | 'migrate' | 'upload';
  /** Public name that it is meant for. */
  readonly name: string;
  /** What is in it: a hash of the backup's manifest, or of what else it is made from. A later run may go on with it. */
  readonly origin: string;
  /** Collection that the public name led to before the switch; null: none. */
  readonly replaced: string | null;
  /** ISO 8601 UTC. */
  readonly at: string;
}

export async function readTransferMark(connection: Connection, physical: string): Promise<TransferMark | null> {
  const info = await readCollectionInfo(connection, physical);
  return (info.config.metadata?.[transferKey] as TransferMark | null | undefined) ?? null;
}

export async function writeTransferMark(connection: Connection, physical: string, mark: TransferMark): Promise<void> {
  const body = { metadata: { [transferKey]: mark } };
  await connection.request('PATCH', `/collections/${encodeURIComponent(physical)}`, { body });
}
