/**
 * The backup before anything is made: of the source, which holds the texts that everything else is made from, and of what the
 * target's names lead to, where that is another collection. Read back and verified; a run that is taken up again keeps what it has.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunOptions } from '../../../lib/events.ts';
import { backUp } from '../backup.ts';
import { manifestName } from '../backup-folder/manifest.ts';
import { readSoundBackup } from '../backup-folder/verify-backup.ts';
import type { Side } from '../delta/side.ts';
import type { MigratePlan } from '../migrate/plan.ts';

export interface SafetyBackup {
  readonly folder: string;
  readonly collection: string;
  readonly points: number;
  readonly sizeBytes: number;
  /** `source`: everything new is made from it. `replaced`: the target's name leads to it now. */
  readonly why: 'source' | 'replaced';
}

export interface SafetyBackupParams {
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
}: MigratePlan): (Side & Pick<SafetyBackup, 'why'>)[] {
  const isSource = (physical: string) => target.url === source.connection.url && physical === source.physical;
  const replaced = [...new Set(replacements.map(({ physical }) => physical))].filter((physical) => !isSource(physical));
  return [
    { connection: source.connection, physical: source.physical, why: 'source' },
    ...replaced.map((physical) => ({ connection: target, physical, why: 'replaced' as const })),
  ];
}

/** @throws QdxError `verification` where a backup is not what was written, `failed` where the disk is full. */
export async function makeSafetyBackups(
  plan: MigratePlan,
  params: SafetyBackupParams,
  run: RunOptions,
): Promise<SafetyBackup[]> {
  const { physical: staging, isLeftover } = plan.staging;
  const done: SafetyBackup[] = [];
  for (const { why, ...side } of collectionsToBackUp(plan)) {
    const folder = folderFor(join(params.root, `${side.physical}-before-${staging}`), isLeftover);
    if (!hasManifest(folder)) await backUpOne(side, folder, params, run);
    const { collections } = await readSoundBackup(folder, run);
    run.onEvent?.({ type: 'note', message: `backup of ${side.physical}, read back: ${folder}` });
    const points = collections.reduce((sum, collection) => sum + collection.points, 0);
    const files = collections.flatMap(({ description, parts }) => [description, ...parts]);
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    done.push({ folder, collection: side.physical, points, sizeBytes, why });
  }
  return done;
}

async function backUpOne(
  { connection, physical }: Side,
  folder: string,
  { parallel, qdxVersion }: SafetyBackupParams,
  run: RunOptions,
): Promise<void> {
  const selection = { names: [physical], patterns: [], all: false };
  const params = {
    selection,
    folder,
    parallel,
    qdxVersion,
    compression: 'none',
    secondScan: true,
    strict: false,
  } as const;
  await backUp(connection, params, run);
}

const hasManifest = (folder: string): boolean => existsSync(join(folder, manifestName));

/**
 * One that is unfinished is finished. One that is finished is that of this migration where its staging collection is there
 * already, else that of an earlier one, which stays as it is.
 */
function folderFor(path: string, isTakenUp: boolean): string {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? path : `${path}-${number}`;
    if (!hasManifest(folder)) return folder;
    if (isTakenUp && !existsSync(`${path}-${number + 1}`)) return folder;
  }
}
