/**
 * `qdx embed --on kaggle`: what does not go together is said before anything is read or sent.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

const home = temporaryHome();
writeFileSync(join(home, 'work/a.md'), '# A\n\nSome text.\n');
const kaggle = ['--on', 'kaggle', '--kaggle-account', 'anna'];

test.for<[string, readonly string[], number, string]>([
  ['another place', ['a.md', '--on', 'mars', '--out', 'v'], 2, '--on "mars": texts can be embedded on kaggle'],
  ['--prepare alone', ['a.md', '--prepare', '--out', 'v'], 2, '--prepare belongs to --on kaggle'],
  ['no file for the vectors', ['a.md', ...kaggle], 2, 'Name a collection with --collection, or a file with --out'],
  ['a collection', ['a.md', ...kaggle, '-c', 'docs'], 2, 'Name the vectors file that comes back with --out'],
  ['a dry run', ['a.md', ...kaggle, '--out', 'v', '--dry-run'], 2, 'add --prepare'],
  ['a shard', ['a.md', ...kaggle, '--out', 'v', '--shard', '1/2', '--run', 'x'], 2, 'leave --shard out'],
  [
    'a model over HTTP',
    ['a.md', ...kaggle, '--out', 'v', '--prepare', '--model', 'endpoint:x'],
    2,
    'is a model over HTTP',
  ],
  [
    'no name of an account',
    ['a.md', '--on', 'kaggle', '--prepare', '--out', 'v', '--kaggle-account', '-x/y'],
    2,
    'is no name of a Kaggle account',
  ],
  ['a run that is not here', [...kaggle, '--run', 'nightly'], 6, 'there is no run nightly for Kaggle on this machine'],
])('%s', async ([, args, exitCode, says]) => {
  const run = await runQdx(['embed', ...args], { home, env: { PATH: '/nowhere' } });
  expect([run.exitCode, run.stdout, run.stderr]).toEqual([exitCode, '', expect.stringContaining(says)]);
});
