/**
 * What earlier migrations to a name left: collections that are theirs, and in which state.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';
import type { ListedCollection } from '../../qdrant/collection/names.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { isPlainCopy } from '../switch/plain/copy-plain.ts';
import { dropStaging } from '../collection/staging.ts';
import { describeTransfer, readTransfer, type TransferRecord, removeTransfer } from '../journal/transfer-journal.ts';
import { readTransferMark, type TransferMark } from '../journal/transfer-mark.ts';

export interface EarlierRun {
  readonly physical: string;
  /** Null where the journal has no entry of it. */
  readonly record: TransferRecord | null;
}

/** Staging collections of other migrations to this name: of another source, or another request. */
export async function findOtherRuns(
  connection: Connection,
  listed: readonly ListedCollection[],
  { name, origin, command }: Pick<TransferMark, 'name' | 'origin' | 'command'>,
): Promise<EarlierRun[]> {
  const found: EarlierRun[] = [];
  for (const { physical, aliases } of listed) {
    if (aliases.length > 0 || versionOf(name, physical) === null) continue;
    const mark = await readTransferMark(connection, physical);
    if (mark?.state !== 'staging' || mark.command !== command || mark.origin === origin) continue;
    if (isPlainCopy(mark)) continue;
    found.push({ physical, record: await readTransfer(connection, physical) });
  }
  return found;
}

export type Request = Pick<TransferRecord, 'source' | 'request'>;

/** @throws QdxError `usage`, naming in what the earlier run was another (F3). */
export function assertNoOtherRun(runs: readonly EarlierRun[], now: Request): void {
  const [run] = runs;
  if (!run) return;
  const { physical, record } = run;
  throw new QdxError(
    'usage',
    `${physical} is of an unfinished migration of another request: ${record ? difference(record, now) : 'the journal does not say which'}`,
    {
      hint: 'repeat that command to finish it, or add --restart to remove what it left',
      details: { physical, ...(record && { source: record.source, request: record.request, state: record.state }) },
    },
  );
}

function difference(then: Request, now: Request): string {
  if (then.source !== now.source) return `it was from ${then.source}, this one is from ${now.source}`;
  const keys = [...new Set([...Object.keys(then.request), ...Object.keys(now.request)])];
  const key = keys.find((each) => then.request[each] !== now.request[each]);
  if (key === undefined) return 'the source is laid out otherwise since';
  return `${key} was to be ${then.request[key] ?? 'as in the source'}, now ${now.request[key] ?? 'as in the source'}`;
}

/** Removes what they left; only what carries qdx's mark, and that no name leads to. */
export async function removeRuns(
  connection: Connection,
  runs: readonly EarlierRun[],
  { onEvent }: RunOptions,
): Promise<void> {
  for (const { physical, record } of runs) {
    await dropStaging(connection, physical);
    if (record) await removeTransfer(connection, physical);
    const what = record ? describeTransfer(record) : physical;
    onEvent?.({ type: 'note', message: `removed (--restart): ${what}` });
  }
}
