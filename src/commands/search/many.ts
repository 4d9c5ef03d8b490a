/**
 * Answers of `qdx search --queries`, written as they come.
 */
import type { QueryAnswer } from '../../core/retrieval/search-queries.ts';
import type { Searcher } from '../../core/retrieval/search.ts';
import { QdxError } from '../../lib/errors.ts';
import { stringifyJson } from '../../lib/json.ts';
import type { CommandContext, CommandStream } from '../command.ts';
import { type HitLook, renderHits } from './render.ts';

/** @throws QdxError `usage` for a format that has no place for more than one query. */
export function answerLines(
  answers: AsyncIterable<QueryAnswer>,
  searcher: Searcher,
  { format, view, look }: Pick<CommandContext, 'format' | 'view'> & { readonly look: HitLook },
): CommandStream {
  if (format !== 'jsonl' && format !== 'text')
    throw new QdxError('usage', `--queries writes text or jsonl, not ${format}`, { hint: 'add --format jsonl' });
  let failed = 0;
  const lines = async function* lines(): AsyncGenerator<string> {
    try {
      for await (const answer of answers) {
        if ('error' in answer) failed += 1;
        yield format === 'jsonl' ? stringifyJson(answer) : asText(answer, look, view);
      }
    } finally {
      await searcher.close();
    }
  };
  return { lines: lines(), outcome: () => (failed > 0 ? 'partial' : 'done') };
}

function asText(answer: QueryAnswer, look: HitLook, view: CommandContext['view']): string {
  if ('error' in answer) return `[${String(answer.id)}] error: ${answer.error.message}\n`;
  const hits = renderHits(answer, look, view);
  return `[${String(answer.id)}] ${answer.query}\n${hits}\n`;
}
