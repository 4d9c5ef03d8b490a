/**
 * What may be named to be deleted for good, and what a name that was typed means.
 */
import { counted } from '../../../lib/quantities.ts';
import { shellText } from '../../../lib/shell-line.ts';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { versionOf } from '../../qdrant/collection/alias.ts';
import { listCollections } from '../../qdrant/collection/names.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import type { BackupRunCandidate } from './backup-runs.ts';
import type { Candidate } from './candidates.ts';

/** What a name that is typed may mean. */
export interface Deletable {
  /** That it goes by, the one to be typed first. */
  readonly names: readonly string[];
  /** For messages. */
  readonly label: string;
  readonly keptBy: string | null;
  /** Of which there is one of each name, mostly: no reason to refuse a name. */
  readonly isPrevious?: boolean;
}

export const deletableOf = ({ confirmBy, physical, keptBy, isPrevious }: Candidate): Deletable => ({
  names: [confirmBy, physical],
  label: physical,
  keptBy,
  isPrevious,
});

export const deletableRun = ({ runId, keptBy }: BackupRunCandidate): Deletable => ({
  names: [runId],
  label: `backup run ${runId}`,
  keptBy,
});

export interface Confirmation {
  /** `--confirm`: public names, collections, or runs of backups. */
  readonly confirmed: readonly string[];
  /** A script said yes to everything, so that silence would be taken for done. */
  readonly isYes: boolean;
}

/** @throws QdxError `refused` for `--yes` without `--confirm`, and for a name of which there is nothing to delete. */
export async function assertConfirmable(
  connection: Connection,
  { confirmed, isYes }: Confirmation,
  all: readonly Deletable[],
  { onEvent }: RunOptions,
): Promise<void> {
  const free = all.filter(({ keptBy }) => keptBy === null);
  const [first] = free;
  if (isYes && confirmed.length === 0 && first)
    throw new QdxError('refused', `${counted(free.length, 'things')} could be deleted, and none was named`, {
      hint: `--yes does not delete for good: add ${[...new Set(free.map(({ names: [name = ''] }) => shellText`--confirm ${name}`))].join(' ')}`,
      details: { candidates: free },
    });
  for (const name of confirmed) {
    const matches = ({ names }: Deletable) => names.includes(name);
    if (free.some(matches)) continue;
    const keeper = all.find((each) => matches(each) && !(each.isPrevious && each.label !== name));
    if (!keeper && (await isKnown(connection, name))) {
      onEvent?.({ type: 'note', message: `there is nothing of ${name} that could go` });
      continue;
    }
    throw new QdxError(
      'refused',
      keeper ? `${keeper.label} is not deleted: ${keeper.keptBy ?? ''}` : `there is nothing of ${name} to delete`,
      { hint: 'qdx gc shows what could be deleted, and what keeps the rest' },
    );
  }
}

/** A public name, or a version of one that is gone: a script that cleans up every night finds nothing on most of them. */
async function isKnown(connection: Connection, name: string): Promise<boolean> {
  const listed = await listCollections(connection);
  const isThere = listed.some(({ physical }) => physical === name);
  return (
    !isThere && listed.flatMap(({ aliases }) => aliases).some((each) => each === name || versionOf(each, name) !== null)
  );
}
