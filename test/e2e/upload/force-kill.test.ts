/**
 * `qdx upload --force`, killed anywhere: the collection is as it was or as the file is, and the same command ends it.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readCollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { overwriteCollection } from '../../../src/core/transfer/overwrite.ts';
import { readTransferMark } from '../../../src/core/transfer/journal/transfer-mark.ts';
import { untilStep } from '../../helpers/dying-connection.ts';
import type { RunningQdrant } from '../../helpers/qdrant.ts';
import { runQdx } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { alias, removeAll } from '../versions/support.ts';

import {
  allOpen,
  createOld,
  expectNew,
  expectOld,
  startForceServer,
  paramsFor,
  physicalOf,
  textsOf,
} from './force-support.ts';

let server: RunningQdrant;
let to: Connection;
let file: string;

beforeAll(async () => void ({ server, to, file } = await startForceServer()));
beforeEach(() => removeAll(to));
afterAll(() => server.kill());

const params = (change: Parameters<typeof paramsFor>[1] = {}) => paramsFor(file, change);

describe('F1: killed at a step, the same command again', () => {
  const force = [
    'checked',
    'locked',
    'planned',
    'watched',
    'backed-up',
    'created',
    'uploaded',
    'compared',
    'proven',
    'switched',
    'marked',
  ];
  const plain = ['copied', 'fenced', 'equal', 'announced', 'deleted', 'named'];
  const steps = [
    ...force.map((step) => [`force.${step}`, false] as const),
    ...plain.map((step) => [`plain.${step}`, true] as const),
  ];

  test.each(steps)('%s: the old one or the new one, then the new one and nothing else', async (step, isPlain) => {
    await createOld(to, { plain: isPlain });
    if (isPlain) await alias(to, 'prod', 'docs');
    const given = params({ open: allOpen });
    expect(await untilStep(to, step, (silent, run) => overwriteCollection(silent, given, run))).toBe('died');
    const isCut = step === 'plain.deleted';
    const isNew = ['force.switched', 'force.marked', 'plain.named'].includes(step);
    if (!isCut) await (isNew ? expectNew(to) : expectOld(to));
    const again = { ...given, upload: { ...given.upload, breakLock: true } };
    expect(await overwriteCollection(to, again)).toMatchObject({ overwritten: true });
    await expectNew(to);
    // What else led to a plain collection leads to its copy.
    const other = await textsOf(to, isPlain ? 'prod' : 'docs__1');
    expect(other.get(3)).toBe('old');
    for (const { physical, aliases } of await listCollections(to))
      expect([physical, (await readTransferMark(to, physical))?.state]).toEqual([
        physical,
        aliases.includes('docs') ? 'live' : 'kept',
      ]);
    const live = await physicalOf(to, 'docs');
    expect((await readCollectionInfo(to, live!)).config.strict_mode_config ?? null).toBeNull();
  });

  test('a real kill -9 while it uploads and after the switch', async () => {
    await createOld(to);
    const env = { QDX_URL: server.url };
    const args = [
      'upload',
      file,
      '-c',
      'docs',
      '--force',
      '--yes',
      '--backup-to',
      join(temporaryFolder(), 'b'),
      '--break-lock',
    ];
    for (const step of ['force.created', 'force.switched']) {
      const held = { env: { ...env, QDX_HOLD_AT_STEP: step }, killSignal: 'SIGKILL', killWhen: /held at/ } as const;
      expect(await runQdx(args, held)).toMatchObject({ exitCode: 137 });
      await (step === 'force.created' ? expectOld(to) : expectNew(to));
    }
    const { exitCode, stdout } = await runQdx(args, { env });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('an earlier run had replaced it')]);
    await expectNew(to);
  });
});
