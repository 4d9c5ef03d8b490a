/**
 * A name that leads nowhere is not always free: a run that was killed while a plain collection gave it up left, proven, what
 * it is to be given to.
 */
import { QdxError } from '../../../lib/errors.ts';
import { versionOf } from './alias.ts';
import { readCollectionInfo } from './collection-info.ts';
import type { Connection } from '../connection/connection.ts';
import type { ListedCollection } from './names.ts';
import { transferKey } from './transfer-key.ts';

/** @throws QdxError `refused`, naming that collection: a new one under the name would push it, and the copy beside it, aside. */
export async function assertNotCutOff(
  connection: Connection,
  name: string,
  collections: readonly ListedCollection[],
): Promise<void> {
  for (const { physical, aliases } of collections) {
    if (aliases.length > 0 || !versionOf(name, physical)) continue;
    const { config } = await readCollectionInfo(connection, physical);
    const mark = config.metadata?.[transferKey] as { name?: string; takesName?: unknown } | null | undefined;
    if (mark?.name !== name || !mark.takesName) continue;
    throw new QdxError('refused', `${name} leads nowhere: a run was killed while it gave that name to ${physical}`, {
      hint: `run that command again, which ends it; or: qdx alias set ${name} ${physical}`,
      details: { name, physical },
    });
  }
}
