/** Every named step of a command in turn: killed there, looked at, run again, compared. */
import { rmSync } from 'node:fs';
import { commands } from './commands.js';
import { differences } from './points.js';
import { runQdx } from './process.js';

/** Steps of an uninterrupted run, in the order in which they were first reached, with how often each was. */
export async function countSteps(place, title) {
  const command = commands[title];
  const state = await command.begin(place, `${title}-count`);
  const { exitCode, steps, stderr } = await runQdx(command.args(place, state, 2), place.home, place.env);
  if (exitCode !== 0) throw new Error(`${title} ended with ${exitCode}: ${stderr}`);
  await end(place, command, state);
  const counts = new Map();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  return counts;
}

/** The first time of each step, and for those that come often one in the middle; or, of each that is in `only`, the first. */
export async function sweep(place, title, counts, only) {
  const rows = [];
  for (const [step, count] of counts) {
    if (only && !only.includes(step)) continue;
    rows.push(await killAt(place, title, step, step));
    if (count > 2 && !only) rows.push(await killAt(place, title, step, `${step}#${Math.ceil(count / 2)}`));
  }
  return rows;
}

async function killAt(place, title, step, wanted) {
  const command = commands[title];
  const state = await command.begin(place, `${title}-${wanted.replaceAll(/[^a-z0-9]+/g, '-')}`);
  const args = command.args(place, state, 2);
  const killed = await runQdx(args, place.home, place.env, { step: wanted });
  const isWhole = await command.isWhole(place, state);
  const again = await runQdx(args, place.home, place.env);
  const row = { command: title, step, wanted, hits: killed.steps.filter((name) => name === step).length };
  return finishRow(place, command, state, row, { killed: killed.exitCode === 137 ? 1 : 0, isWhole, again });
}

/** What every round ends with. A run that finds that all is done already may say so, in a backup by refusing (8). */
export async function finishRow(place, command, state, row, { killed, isWhole, again }) {
  const isDone =
    again.exitCode === 0 || (again.exitCode === 8 && / holds a finished backup already/.test(again.stderr));
  const found = await command.found(place, state);
  const result = differences(await command.expected(place), found);
  await end(place, command, state);
  const failure = isDone ? {} : { exitCode: again.exitCode, stderr: again.stderr.split('\n').slice(-4).join('\n') };
  return { ...row, kills: killed, isWhole, isDone, ...result, digest: found.digest(), ...failure };
}

async function end(place, command, state) {
  await command.end?.(place, state);
  if (state.folder) rmSync(state.folder, { recursive: true, force: true });
}
