/**
 * The staging collection of a migration and its entry in the journal: made, or taken up where an earlier run left them.
 */
import type { RunOptions } from '../../../lib/events.ts';
import type { LockOwner } from '../../qdrant/lock.ts';
import type { Side } from '../points/side.ts';
import { planRanges } from '../points/ranges.ts';
import { reached } from '../journal/steps.ts';
import { createIndexes, createShardKeys, createStaging, withoutIndexing } from '../collection/staging.ts';
import { readTransfer, type TransferRecord, writeTransfer } from '../journal/transfer-journal.ts';
import type { MigratePlan } from './plan.ts';

/** Points of a range at least, and ranges at most: their borders are stored in one record. */
const leastPoints = 500;
const mostRanges = 4096;

export interface StagingInput {
  readonly owner: LockOwner;
  /** What fills it makes the payload indexes. */
  readonly bringsIndexes: boolean;
}

/** The entry has the ranges. The record comes first: what is on the server is never without one. */
export async function makeStaging(
  plan: MigratePlan,
  { owner, bringsIndexes }: StagingInput,
  run: RunOptions,
): Promise<TransferRecord> {
  const { target, staging, description, mark } = plan;
  const { physical } = staging;
  const before = staging.isLeftover ? await readTransfer(target, physical) : null;
  const record =
    before?.origin === mark.origin && before.ranges !== null
      ? await writeTransfer(target, before, { owner, state: 'filling' })
      : await begin(plan, owner, run);
  reached(run, 'migrate.noted');
  if (staging.isLeftover) {
    await createShardKeys(target, physical, description);
    await createIndexes(target, physical, description);
  } else {
    const made = bringsIndexes ? { ...description, payloadIndexes: {} } : description;
    await createStaging(target, physical, withoutIndexing(made), mark, run);
  }
  reached(run, 'migrate.created');
  return record;
}

async function begin(plan: MigratePlan, owner: LockOwner, run: RunOptions): Promise<TransferRecord> {
  const { source, target, staging, mark, name } = plan;
  const { shardKeys } = source.description;
  const partPoints = Math.max(leastPoints, Math.ceil(source.points / mostRanges));
  const planned = await planRanges(source.connection, { physical: source.physical, shardKeys, partPoints }, run);
  return writeTransfer(target, {
    version: 1,
    command: mark.command,
    name,
    physical: staging.physical,
    origin: mark.origin,
    source: sourceOf(source),
    from: { url: source.connection.serverId, collection: source.physical },
    request: requestOf(plan),
    state: 'filling',
    ranges: planned.ranges,
    points: planned.points,
    owner,
    startedAt: mark.at,
    updatedAt: mark.at,
  });
}

export const sourceOf = ({ physical, connection }: Side): string => `${physical} on ${connection.serverId}`;

/** What decides the content of the new collection, for the journal and its comparison with a later run. */
export const requestOf = ({ way, changes }: Pick<MigratePlan, 'way' | 'changes'>): Record<string, string> => ({
  way: way === 'snapshot' ? 'copy' : way,
  ...Object.fromEntries(changes.map(({ path, actual }) => [path, JSON.stringify(actual ?? null)])),
});

type Config = Readonly<Record<string, unknown>>;

/** May be repeated: a run that was killed may have left it out. */
export async function startIndexing({ target, staging, description }: MigratePlan): Promise<void> {
  const { indexing_threshold: threshold } = description.config['optimizer_config'] as Config;
  const body = { optimizers_config: { indexing_threshold: threshold } };
  await target.request('PATCH', `/collections/${encodeURIComponent(staging.physical)}`, { body });
}
