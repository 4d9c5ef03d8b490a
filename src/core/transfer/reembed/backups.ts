/**
 * The backups before anything is made: of the source, which holds the texts that everything else is made from, and of what the
 * target's names lead to, where that is another collection.
 */
import { join } from 'node:path';
import type { RunOptions } from '../../../lib/events.ts';
import { isSameServer } from '../../qdrant/connection/same-server.ts';
import type { Side } from '../points/side.ts';
import type { MigratePlan } from '../migrate/plan.ts';
import { makeSafetyBackup, type SafetyBackup } from '../safety-backup.ts';

export interface ReembedBackup extends SafetyBackup {
  readonly collection: string;
  /** `source`: everything new is made from it. `replaced`: the target's name leads to it now. */
  readonly why: 'source' | 'replaced';
}

export interface BackupsParams {
  /** Each backup gets a folder of its own in it. */
  readonly root: string;
  readonly parallel: number;
  readonly qdxVersion: string;
}

/** What would be backed up: the source first. */
export function collectionsToBackUp({
  source,
  replacements,
  target,
}: MigratePlan): (Side & Pick<ReembedBackup, 'why'>)[] {
  const isSource = (physical: string) => isSameServer(target, source.connection) && physical === source.physical;
  const replaced = [...new Set(replacements.map(({ physical }) => physical))].filter((physical) => !isSource(physical));
  return [
    { connection: source.connection, physical: source.physical, why: 'source' },
    ...replaced.map((physical) => ({ connection: target, physical, why: 'replaced' as const })),
  ];
}

/** @throws QdxError as makeSafetyBackup. */
export async function makeBackups(
  plan: MigratePlan,
  { root, parallel, qdxVersion }: BackupsParams,
  run: RunOptions,
): Promise<ReembedBackup[]> {
  const done: ReembedBackup[] = [];
  for (const { connection, physical, why } of collectionsToBackUp(plan)) {
    const path = join(root, `${physical}-before-${plan.staging.physical}`);
    const how = { parallel, qdxVersion, madeBefore: 'qdx migrate --model' };
    const backup = await makeSafetyBackup(connection, { physical, path, ...how }, run);
    run.onEvent?.({ type: 'note', message: `backup of ${physical}, read back: ${backup.folder}` });
    done.push({ ...backup, collection: physical, why });
  }
  return done;
}
