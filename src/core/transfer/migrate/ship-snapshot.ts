/**
 * Copying by Qdrant's own snapshot: made on the source, streamed to the target, recovered into the staging collection, removed
 * from the source. It brings the index along. The same layout and the same minor version are needed, and one peer on either
 * side; it takes room on the source's disk while it lies there, which nobody can ask for, so it is never taken unasked.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { minorOf } from '../../qdrant/connection/features.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import {
  createSnapshot,
  listSnapshots,
  recoverSnapshot,
  removeSnapshot,
  snapshotStream,
} from '../../qdrant/snapshots.ts';
import { assertOneSnapshotIsAll, removeMade, tellOrphans } from '../backup/back-up-snapshot.ts';
import { displayDifference, descriptionDifferences } from '../collection-description.ts';
import type { Side } from '../delta/side.ts';
import { assertOnePeer } from '../restore/plan.ts';
import { reached } from '../steps.ts';
import { type JournalledSnapshot, readTransfer, writeTransfer } from '../transfer-journal.ts';
import { copyPoints } from './copy-points.ts';
import type { FillStrategy, SourceLook } from './fill-strategy.ts';
import type { LayoutChanges } from './layout.ts';

const hint = 'leave out --via snapshot: points are then copied one by one';

export function shipSnapshot(target: Connection, changes: LayoutChanges): FillStrategy {
  const copy = copyPoints(changes);
  return {
    ...copy,
    way: 'snapshot',
    async describe(look, run) {
      const description = await copy.describe(look, run);
      const [difference] = descriptionDifferences(look.description, description);
      if (difference)
        throw new QdxError('refused', `a snapshot brings its layout along: ${displayDifference(difference)}`, { hint });
      await assertFits(look, target, run);
      return description;
    },
    fillWhole: async (source, staging, run) => ship(source, staging, run),
  };
}

/** @throws QdxError `refused`, naming what does not fit. */
async function assertFits({ side, description }: SourceLook, target: Connection, run: RunOptions): Promise<void> {
  const [was, is] = [await side.connection.server(), await target.server()];
  if (minorOf(was.version) !== minorOf(is.version))
    throw new QdxError(
      'refused',
      `a snapshot of Qdrant ${was.version} is recovered by Qdrant ${minorOf(was.version)}, and ${target.url} runs ${is.version}`,
      { hint },
    );
  await assertOneSnapshotIsAll(side.connection, description, run, hint);
  await assertOnePeer(target, description.name, hint);
}

async function ship(source: Side, staging: Side, run: RunOptions): Promise<void> {
  const { connection, physical } = source;
  await cleanUp(source, staging, run);
  const known = await listSnapshots(connection, physical, run);
  await note(staging, { known, name: null });
  run.onEvent?.({ type: 'phase', name: 'making a snapshot', detail: physical });
  const made = await createSnapshot(connection, physical, run);
  try {
    await note(staging, { known, name: made.name });
    reached(run, 'migrate.snapshot-made');
    const { name, sizeBytes, sha256 } = made;
    if (sha256 === null)
      throw new QdxError('refused', `${connection.url} gives no checksum of its snapshots`, { hint });
    run.onEvent?.({ type: 'phase', name: 'recovering', detail: staging.physical });
    const open = () => snapshotStream(connection, physical, name, run);
    await recoverSnapshot(staging.connection, staging.physical, { open, sizeBytes, sha256 }, run);
    reached(run, 'migrate.snapshot-recovered');
  } finally {
    await removeMade(connection, physical, made.name, run);
    await note(staging, null);
  }
}

/** What a run before this one left on the source's server. */
async function cleanUp({ connection, physical }: Side, staging: Side, run: RunOptions): Promise<void> {
  const left = (await readTransfer(staging.connection, staging.physical))?.snapshot;
  if (!left) return;
  if (left.name !== null) await removeSnapshot(connection, physical, left.name);
  else await tellOrphans(connection, physical, left, run);
}

async function note({ connection, physical }: Side, snapshot: JournalledSnapshot | null): Promise<void> {
  const record = await readTransfer(connection, physical);
  if (record) await writeTransfer(connection, record, { snapshot });
}
