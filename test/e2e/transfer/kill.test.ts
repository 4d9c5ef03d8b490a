/**
 * The kill harness in short: a few named steps and a few random rounds. Its long form is benchmarks/kill.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../helpers/temporary.ts';

const harness = fileURLToPath(new URL('../../../benchmarks/kill/run.js', import.meta.url));
/** `force` has the steps of its own backup too. */
const steps = {
  backup: ['backup.part-written', 'backup.manifest-written'],
  restore: ['restore.batch-loaded', 'restore.switched'],
  migrate: ['migrate.switched'],
  force: ['backup.part-written', 'backup.manifest-written', 'force.switched'],
};
const expected = Object.entries(steps).flatMap(([command, names]) => names.map((step) => `${command} at ${step}`));

test('F1, F2, F4: killed at named steps and at random: nothing lost, doubled or changed, and never half of it', async () => {
  const out = join(temporaryFolder(), 'kill.json');
  const named = [...new Set(Object.values(steps).flat())].flatMap((step) => ['--step', step]);
  const args = [harness, '--rounds', '4', '--points', '400', ...named, '--out', out];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { killed, sweeps, rounds, bars } = JSON.parse(readFileSync(out, 'utf8')) as {
    killed: number;
    sweeps: { command: string; step: string; kills: number }[];
    rounds: unknown[];
    bars: { title: string; isMet: boolean }[];
  };
  expect(bars.filter(({ isMet }) => !isMet)).toEqual([]);
  expect(stdout).not.toContain('MISSED');
  expect(sweeps.filter(({ kills }) => kills === 1).map((row) => `${row.command} at ${row.step}`)).toEqual(expected);
  expect(rounds).toHaveLength(4);
  expect(killed).toBeGreaterThan(expected.length);
});
