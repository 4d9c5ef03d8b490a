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
  { format, view, look, onEvent }: Pick<CommandContext, 'format' | 'view' | 'onEvent'> & { readonly look: HitLook },
): CommandStream {
  if (format !== 'jsonl' && format !== 'text')
    throw new QdxError('usage', `--queries writes text or jsonl, not ${format}`, { hint: 'add --format jsonl' });
  const counts = { read: 0, failed: 0 };
  const lines = async function* lines(): AsyncGenerator<string> {
    try {
      for await (const answer of answers) {
        counts.read += 1;
        if ('error' in answer) counts.failed += 1;
        yield format === 'jsonl' ? stringifyJson(answer) : asText(answer, look, view);
      }
      const message = summary(counts);
      if (message !== null) onEvent({ type: 'warning', message });
    } finally {
      await searcher.close();
    }
  };
  return { lines: lines(), outcome: () => (counts.failed > 0 ? 'partial' : 'done') };
}

/** Null where every query has its answer. */
function summary({ read, failed }: { readonly read: number; readonly failed: number }): string | null {
  if (read === 0) return 'there was no query to answer: a line is {"id": 1, "query": "open a file"}';
  return failed === 0 ? null : `${failed} of ${read} queries have no answer: each says why in its place`;
}

function asText(answer: QueryAnswer, look: HitLook, view: CommandContext['view']): string {
  if ('error' in answer) return `[${String(answer.id)}] error: ${answer.error.message}\n`;
  const hits = renderHits(answer, look, view);
  return `[${String(answer.id)}] ${answer.query}\n${hits}\n`;
}
