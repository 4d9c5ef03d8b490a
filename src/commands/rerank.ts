/**
 * `qdx rerank`: candidates from elsewhere, as JSON lines, in a better order.
 */
import { rerankLines } from '../core/retrieval/rerank/rerank-lines.ts';
import { QdxError } from '../lib/errors.ts';
import type { CommandModule } from './command.ts';
import { rerankParams, rerankSettings } from './rerank-settings.ts';
import { searchPlaces } from './search/places.ts';
import { addSettingOptions } from './setting-options.ts';

export const rerank: CommandModule = {
  formats: ['jsonl'],
  examples: [
    'qdx rerank --query "rotate the key" candidates.jsonl',
    'qdx search "rotate the key" -c docs -n 100 --format jsonl | qdx rerank --query "rotate the key" --rerank cross',
    'qdx rerank --query "rotate the key" --rerank late,cross --rerank-depth 100 --json < candidates.jsonl',
  ],
  define: (command) => {
    command
      .argument('[file]', 'JSON lines of {"id","text","score"?}; absent or -: stdin')
      .option('--query <text>', 'What the candidates shall answer');
    addSettingOptions(command, rerankSettings);
  },
  run: async ({ args: [file = '-'], flags }, context) => {
    const { settings, origins } = await context.settings();
    const params = rerankParams(settings);
    const isOff = params.kinds.length === 0;
    if (isOff && origins['search.rerank']?.kind === 'flag')
      throw new QdxError('usage', '--rerank off leaves nothing for qdx rerank to do', { hint: '--rerank late' });
    const { lines, ...result } = await rerankLines(
      {
        query: typeof flags['query'] === 'string' ? flags['query'] : '',
        source: file === '-' ? context.stdin : file,
        // Without a setting: the kind that needs no further model.
        rerank: isOff ? { ...params, kinds: ['late'] } : params,
      },
      searchPlaces(context, settings),
      context,
    );
    const text = () => lines.join('\n');
    return {
      data: result,
      text,
      formats: { jsonl: text },
      ...(result.faults.length > 0 && { outcome: 'partial' as const }),
    };
  },
};
