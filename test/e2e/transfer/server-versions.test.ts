/**
 * F28: what comes from another version of Qdrant. Only 1.16.3 can be had: the other side is one by its manifest, or by what its
 * connection says, so that refusals are tested in every direction; that versions of the same minor, or later ones, read what they are given is not.
 */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { encodeManifest } from '../../../src/core/transfer/backup-folder/manifest.ts';
import { readManifest } from '../../../src/core/transfer/backup-folder/verify-backup.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { copyPoints } from '../../../src/core/transfer/migrate/copy-points.ts';
import { shipSnapshot } from '../../../src/core/transfer/migrate/ship-snapshot.ts';
import { migrate } from '../../../src/core/transfer/migrate.ts';
import { restore } from '../../../src/core/transfer/restore.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { createSmall, migrateParams } from '../migrate/support.ts';
import { paramsFor } from './backup-support.ts';
import { restoreAll } from './restore-support.ts';

let server: RunningQdrant;
let connection: Connection;
let folders: Record<'points' | 'snapshot', string>;

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  await createSmall(connection, 'docs', 30);
  const { partPoints: _partPoints, ...whole } = paramsFor('');
  folders = { points: join(temporaryFolder(), 'backup'), snapshot: join(temporaryFolder(), 'backup') };
  await backUp(connection, { ...whole, folder: folders.points });
  await backUp(connection, { ...whole, folder: folders.snapshot, snapshot: true });
});

afterAll(async () => server.kill());

const saying = (version: string): Connection => ({
  ...connection,
  server: async () => ({ ...(await connection.server()), version }),
});

async function backupOf(kind: 'points' | 'snapshot', qdrantVersion: string): Promise<string> {
  const copy = join(temporaryFolder(), 'backup');
  cpSync(folders[kind], copy, { recursive: true });
  const manifest = await readManifest(copy);
  writeFileSync(
    join(copy, 'manifest.json'),
    encodeManifest({ ...manifest, source: { ...manifest.source, qdrantVersion } }),
  );
  return copy;
}

const kindOf = (outcome: Promise<unknown>): Promise<string> =>
  outcome.then(
    () => 'done',
    ({ kind, message }: { kind: string; message: string }) => `${kind}: ${message.replaceAll(server.url, 'URL')}`,
  );

const older = (what: string, from: string, to: string) =>
  `refused: ${what} is of Qdrant ${from}, and URL runs ${to}, an older one`;
const snapshots = (from: string, needed: string, to: string) =>
  `refused: a snapshot of Qdrant ${from} is recovered by Qdrant ${needed}, and URL runs ${to}`;
const unknown = (what: string) => `refused: ${what} is of Qdrant "master", which is no version that can be compared`;

/** By version of the backup or source, and of the target. */
const pairs = [
  ['an older minor', '1.15.4', '1.16.3', 'done', snapshots('1.15.4', '1.15', '1.16.3')],
  ['the same', '1.16.3', '1.16.3', 'done', 'done'],
  ['an earlier patch', '1.16.0', '1.16.3', 'done', 'done'],
  ['a later patch', '1.16.9', '1.16.3', 'done', snapshots('1.16.9', '1.16.9 or a later 1.16', '1.16.3')],
  ['a newer minor', '1.17.0', '1.16.3', older('WHAT', '1.17.0', '1.16.3'), older('WHAT', '1.17.0', '1.16.3')],
  ['a newer major', '2.0.0', '1.16.3', older('WHAT', '2.0.0', '1.16.3'), older('WHAT', '2.0.0', '1.16.3')],
  ['a target of a newer minor', '1.16.3', '1.17.1', 'done', snapshots('1.16.3', '1.16', '1.17.1')],
  ['an unknown one', 'master', '1.16.3', unknown('WHAT'), unknown('WHAT')],
  ['a target of an unknown one', '1.16.3', 'master', unknown('URL'), unknown('URL')],
] as const;

describe.each(pairs)('F28: %s (%s to %s)', (_title, from, to, byPoints, bySnapshot) => {
  test.each([
    ['points', byPoints],
    ['snapshot', bySnapshot],
  ] as const)('a backup of %s is restored, or refused before anything is touched', async (kind, expected) => {
    const params = restoreAll({ folder: await backupOf(kind, from), as: 'restored', dryRun: true });
    expect(await kindOf(restore(saying(to), params))).toBe(expected.replace('WHAT', 'the backup'));
    expect((await listCollections(connection)).map(({ physical }) => physical)).not.toContain('restored__1');
  });

  test.each([
    ['points', byPoints],
    ['snapshot', bySnapshot],
  ] as const)('migrate by %s', async (kind, expected) => {
    const target = saying(to);
    const strategy = kind === 'points' ? copyPoints({}) : shipSnapshot(target, {});
    const lines = { from: saying(from), to: target };
    const outcome = kindOf(
      migrate(lines, migrateParams({ target: 'moved', strategy, switchNames: false, restart: true })),
    );
    expect(await outcome).toBe(expected.replace('WHAT', 'collection docs'));
  });
});
