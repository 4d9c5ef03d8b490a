/** Random rounds: killed once to three times after a random number of steps, each time with another number of workers. */
import { commands } from './commands.js';
import { runQdx } from './process.js';
import { finishRow } from './sweep.js';

const mostKills = 3;
const mostWorkers = 8;
const startMs = 400;
const jitterMs = 15;

export async function randomRound(place, number, titles, counts, random) {
  const title = titles[number % titles.length];
  const command = commands[title];
  const state = await command.begin(place, `${title}-r${number}`);
  const steps = [...counts[title].values()].reduce((sum, count) => sum + count, 0);
  const workers = [];
  const next = () => {
    workers.push(1 + random.below(mostWorkers));
    return command.args(place, state, workers.at(-1));
  };
  let killed = 0;
  let isWhole = true;
  for (let wanted = 1 + random.below(mostKills); wanted > 0; wanted--) {
    const afterSteps = random.below(steps + 1);
    const delayMs = afterSteps === 0 ? random.below(startMs) : random.below(jitterMs);
    const run = await runQdx(next(), place.home, place.env, { afterSteps, delayMs });
    if (run.exitCode !== 137) break;
    killed++;
    isWhole &&= await command.isWhole(place, state);
  }
  const again = await runQdx(next(), place.home, place.env);
  return finishRow(place, command, state, { command: title, round: number, workers }, { killed, isWhole, again });
}
