/**
 * `qdx bench judge`: a file of passages to be judged by hand.
 */
import { buildPool, type JudgePool } from '../../core/bench/suites/judge.ts';
import { QdxError } from '../../lib/errors.ts';
import { assertMayBecomeFile } from '../../lib/partial-file.ts';
import { counted } from '../../lib/quantities.ts';
import { defineQueries } from './flags.ts';
import { runBench } from './run.ts';
import type { CommandModule } from '../command.ts';
import { addSettingOptions } from '../setting-options.ts';

export const benchJudge: CommandModule = {
  examples: ['qdx bench judge -c docs --queries queries.csv --out to-judge.jsonl'],
  define: (command) => {
    defineQueries(command);
    command.option('--out <file>', 'The pool: set each "grade" to 0, 1 (helps) or 2 (answers fully)');
    addSettingOptions(command, ['bench.poolDepth']);
  },
  run: async (command, context) => {
    const { out } = command.flags;
    if (typeof out !== 'string')
      throw new QdxError('usage', 'where to? Name the file with --out', {
        hint: 'qdx bench judge ... --out to-judge.jsonl',
      });
    await assertMayBecomeFile(out);
    const pool = await runBench(command, context, ({ connection, input, places, settings }) =>
      buildPool(connection, { ...input, poolDepth: settings.bench.poolDepth, out }, places, context),
    );
    return { data: pool, text: () => renderPool(pool), ...(pool.failed.length > 0 && { outcome: 'partial' as const }) };
  },
};

const renderPool = ({ out, queries, passages, modes, failed }: JudgePool): string =>
  [
    `${out}: ${counted(passages, 'passages')} of ${counted(queries, 'queries')}, found by ${modes.join(', ')}`,
    ...failed.map((failure) => `failed: ${failure}`),
    'Set each "grade" to 0 (no answer), 1 (helps) or 2 (answers fully); those left null count as not judged.',
    `Then: qdx bench search --queries ${out}`,
  ].join('\n');
