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
const steps = [
  ['backup.part-written', 'backup.manifest-written'],
  ['restore.batch-loaded', 'restore.switched'],
  ['migrate.switched'],
  ['force.switched'],
].flat();

test('F1, F2, F4: killed at named steps and at random: nothing lost, doubled or changed, and never half of it', async () => {
  const out = join(temporaryFolder(), 'kill.json');
  const named = steps.flatMap((step) => ['--step', step]);
  const args = [harness, '--rounds', '4', '--points', '400', ...named, '--out', out];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { killed, sweeps, rounds, bars } = JSON.parse(readFileSync(out, 'utf8')) as {
    killed: number;
    sweeps: { step: string; kills: number }[];
    rounds: unknown[];
    bars: { title: string; isMet: boolean }[];
  };
  expect(bars.filter(({ isMet }) => !isMet)).toEqual([]);
  expect(stdout).not.toContain('MISSED');
  expect(sweeps.map(({ step, kills }) => [step, kills])).toEqual(steps.map((step) => [step, 1]));
  expect(rounds).toHaveLength(4);
  expect(killed).toBeGreaterThan(steps.length);
});
