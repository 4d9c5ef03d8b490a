/**
 * Rollback: a name leads again to the version that it led to before. The version is read whole and compared with what was
 * noted when it was replaced; what only the newer one holds is counted and named first. The newer one is kept, so that a
 * rollback can be rolled back.
 */
import { randomUUID } from 'node:crypto';
import { QdxError } from '../../lib/errors.ts';
import type { RunOptions } from '../../lib/events.ts';
import { counted, formatCount } from '../../lib/quantities.ts';
import { listCollections, missingCollection, publicNames } from '../qdrant/collection/names.ts';
import type { Connection } from '../qdrant/connection/connection.ts';
import type { LockOwner } from '../qdrant/lock.ts';
import type { DifferingPoints } from './compare/difference-lists.ts';
import { assertAnsweredYes, type Confirm } from './switch/guards.ts';
import { withWriterLocks } from './switch/locks.ts';
import { switchAliases } from './switch/switch-aliases.ts';
import { currentOf, finishCutSwitch, noteSwitch } from './switch/take-name.ts';
import { noteState } from './journal/transfer-journal.ts';
import { readTransferMark, type TransferMark } from './journal/transfer-mark.ts';
import { compareVersions, type VersionComparison } from './versions/compare-versions.ts';
import { previousVersion, type Version, versionsOf } from './versions/previous-version.ts';
import { shellText } from '../../lib/shell-line.ts';

export interface RollbackParams {
  /** Public name. */
  readonly name: string;
  /** Version to go back to, `docs__3` or `3`; absent: the one that the name led to before. */
  readonly to?: string;
  /** Compare, say what would be, change nothing. */
  readonly dryRun: boolean;
  readonly confirm: Confirm;
  readonly owner: LockOwner;
  readonly breakLock: boolean;
}

export interface RollbackSummary {
  readonly name: string;
  /** Where the name led, which is kept. */
  readonly from: string;
  readonly to: string;
  readonly pointsFrom: number;
  readonly pointsTo: number;
  /** False: nothing was noted on that version when it was replaced, so that it could not be compared. */
  readonly isProven: boolean;
  /** What is not found any more under the name. */
  readonly onlyInNewer: DifferingPoints;
  /** What is found again. */
  readonly onlyInOlder: DifferingPoints;
  /** Points of both that are not the same. */
  readonly changed: number;
  readonly dryRun: boolean;
  readonly durationMs: number;
}

/** @throws QdxError `notFound` without such a version, `verification` where it is not what it was when it was replaced. */
export async function rollback(
  connection: Connection,
  params: RollbackParams,
  run: RunOptions = {},
): Promise<RollbackSummary> {
  const startedAt = performance.now();
  const { name, owner, breakLock, dryRun } = params;
  const timed = (found: Omit<RollbackSummary, 'durationMs'>): RollbackSummary => ({
    ...found,
    durationMs: performance.now() - startedAt,
  });
  if (dryRun) return timed((await prepare(connection, params, run)).summary);
  const lock = { names: [name], owner, breakLock, runId: randomUUID() };
  return withWriterLocks(connection, lock, run, async (watched) => {
    await finishCutSwitch(connection, name, watched);
    const { summary, target, current } = await prepare(connection, params, watched);
    const question = questionOf(summary);
    await assertAnsweredYes({ question, what: `${name} would lead to ${target.physical} again` }, params.confirm);
    watched.signal?.throwIfAborted();
    await switchAliases(connection, [{ alias: name, physical: target.physical, from: current.physical }]);
    // What it leads away from may be of a run that was killed after its switch: that run is over.
    await noteState(connection, current.physical, 'done');
    const mark = target.mark ?? newMark(name);
    await noteSwitch(
      connection,
      {
        name,
        target: { physical: target.physical, mark: { ...mark, command: 'rollback' } },
        kept: current.physical,
        state: null,
      },
      watched,
    );
    return timed(summary);
  });
}

const newMark = (name: string): TransferMark => ({
  version: 1,
  state: 'live',
  command: 'rollback',
  name,
  origin: '',
  replaced: null,
  at: new Date().toISOString(),
});

interface Prepared {
  readonly summary: Omit<RollbackSummary, 'durationMs'>;
  readonly target: Version;
  readonly current: Version;
}

async function prepare(connection: Connection, params: RollbackParams, run: RunOptions): Promise<Prepared> {
  const { name, to } = params;
  const listed = await listCollections(connection, run.signal);
  const found = currentOf(listed, name);
  if (!found) throw missingCollection(connection.url, name, publicNames(listed));
  if (found.isPlain)
    throw new QdxError('refused', `${name} is a collection of its own, no alias: it has no versions`, {
      hint: 'qdx alias shows which names lead where',
    });
  const current = { physical: found.physical, mark: await readTransferMark(connection, found.physical) };
  const versions = await versionsOf(connection, listed, name);
  const target = previousVersion({ name, current, versions, ...(to !== undefined && { to }) });
  const compared = await compareVersions(connection, { older: target.physical, newer: current.physical }, run);
  assertIntact(target, compared);
  const { older, newer, points } = compared;
  return {
    target,
    current,
    summary: {
      name,
      from: current.physical,
      to: target.physical,
      pointsFrom: newer.points,
      pointsTo: older.points,
      isProven: target.mark?.kept !== undefined,
      onlyInNewer: points.extra,
      onlyInOlder: points.missing,
      changed: points.compared - points.equal,
      dryRun: params.dryRun,
    },
  };
}

function assertIntact({ physical, mark }: Version, { older }: VersionComparison): void {
  const noted = mark?.kept;
  if (!noted || (noted.points === older.points && noted.pointsHash === older.pointsHash)) return;
  const what =
    noted.points === older.points
      ? `its ${counted(older.points, 'points are')} not those that it had`
      : `it had ${counted(noted.points, 'points')} and has ${formatCount(older.points)}`;
  throw new QdxError('verification', `${physical} is not what it was when it was replaced: ${what}`, {
    hint: shellText`to take it as it is: qdx alias set ${mark.name} ${physical}`,
    details: { physical, noted, found: older },
  });
}

function questionOf({ name, from, to, pointsFrom, pointsTo, onlyInNewer, changed }: Prepared['summary']): string {
  const lost = onlyInNewer.count > 0 ? ` ${counted(onlyInNewer.count, 'points are')} only in ${from}` : '';
  const other = changed > 0 ? `${lost === '' ? ' ' : ', '}${formatCount(changed)} are otherwise there` : '';
  const losses = lost + other === '' ? '' : `${lost}${other}.`;
  return (
    `Lead ${name} from ${from} (${counted(pointsFrom, 'points')}) back to ${to} (${formatCount(pointsTo)})?` +
    `${losses} ${from} is kept.`
  );
}
