/**
 * Which collection a name is rolled back to.
 */
import { QdxError } from '../../../lib/errors.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';
import type { ListedCollection } from '../../qdrant/collection/names.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { alreadySo } from '../switch/already-so.ts';
import { readTransferMark, type TransferMark } from '../journal/transfer-mark.ts';

export interface Version {
  readonly physical: string;
  /** Null for one that qdx did not note anything on. */
  readonly mark: TransferMark | null;
}

/** Collections that are, or were, versions of a name and may be gone back to. The latest one that was replaced comes first. */
export async function versionsOf(
  connection: Connection,
  listed: readonly ListedCollection[],
  name: string,
): Promise<Version[]> {
  const versions: Version[] = [];
  for (const { physical, aliases } of listed) {
    if (aliases.includes(name) || physical === name) continue;
    const mark = await readTransferMark(connection, physical);
    const belongs = mark?.name === name || (mark === null && versionOf(name, physical) !== null);
    if (belongs && mark?.state !== 'staging') versions.push({ physical, mark });
  }
  const ageKey = ({ mark }: Version) => (mark?.state === 'kept' ? mark.at : '');
  return versions.toSorted((a, b) => (ageKey(a) < ageKey(b) ? 1 : -1));
}

export interface PreviousInput {
  readonly name: string;
  /** What the name leads to now. */
  readonly current: Version;
  readonly versions: readonly Version[];
  /** `docs__3` or `3`. */
  readonly to?: string;
}

/** @throws QdxError `alreadySo`; `notFound`, naming the versions there are. */
export function previousVersion({ name, current, versions, to }: PreviousInput): Version {
  const wanted = to === undefined ? current.mark?.replaced : /^\d+$/u.test(to) ? `${name}__${to}` : to;
  const found = versions.find(({ physical }) => physical === wanted);
  if (found) return found;
  if (to === undefined) {
    const [latest] = versions.filter(({ mark }) => mark?.state === 'kept');
    if (latest) return latest;
  } else if (wanted === current.physical)
    throw alreadySo(`${name} leads to ${current.physical} already`, { collection: current.physical });
  const known = versions.map(({ physical }) => physical).join(', ');
  throw new QdxError(
    'notFound',
    to === undefined
      ? `${name} leads to ${current.physical}, and no version before it is kept`
      : `${wanted ?? to} is no version of ${name} that can be gone back to`,
    { hint: known === '' ? 'restore a backup: qdx restore <folder>' : `there are: ${known}; name one with --to` },
  );
}
