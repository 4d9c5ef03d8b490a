/**
 * `qdx bench migration`: an old collection against a new one.
 */
import { benchMigration as measureMigration } from '../../core/bench/suites/migration.ts';
import { migrationView } from '../../core/bench/views/migration-view.ts';
import { QdxError } from '../../lib/errors.ts';
import type { CommandModule } from '../command.ts';
import { defineMeasuring, defineQueries } from './flags.ts';
import { benchResult, rankingFormats, keeping } from './result.ts';
import { runBench } from './run.ts';

export const benchMigration: CommandModule = {
  formats: rankingFormats,
  examples: ['qdx bench migration --from docs__1 -c docs__2 --queries judged.jsonl'],
  define: (command) => {
    defineQueries(command);
    command.option('--from <collection>', 'The old collection; -c names the new one');
    defineMeasuring(command);
  },
  run: keeping(async (command, context) => {
    const { from } = command.flags;
    if (typeof from !== 'string')
      throw new QdxError('usage', 'which is the old collection? Name it with --from, and the new one with -c', {
        hint: 'qdx bench migration --from docs__1 -c docs__2 --queries judged.jsonl',
      });
    const report = await runBench(command, context, ({ connection, input, places }) => {
      const [to, ...more] = input.params.collections;
      if (to === undefined || more.length > 0)
        throw new QdxError('usage', 'one new collection is compared with the old one: name it with -c');
      return measureMigration(connection, { ...input, from, to }, places, context);
    });
    const runs = Object.fromEntries(report.sides.map(({ name, rankings }) => [name, rankings]));
    return benchResult(command, context, { report, view: migrationView(report), runs });
  }),
};
