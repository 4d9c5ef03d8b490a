/**
 * `--filter` of a transfer: conditions as `qdx search` takes them, or a whole Qdrant filter as JSON.
 */
import { QdxError } from '../../../lib/errors.ts';
import { parseJson } from '../../../lib/json.ts';
import { buildFilter } from '../../retrieval/filters.ts';

/** Undefined where nothing was typed. @throws QdxError `usage` for what is no condition: it never widens a selection. */
export function pointFilter(typed: readonly string[]): unknown {
  const documents = typed.filter((text) => text.trimStart().startsWith('{')).map(parseFilter);
  const conditions = typed.filter((text) => !text.trimStart().startsWith('{'));
  const built = buildFilter(
    { conditions, paths: [], excludes: [], subdirectories: [], languages: [] },
    null,
    undefined,
  );
  const all = [...documents, ...(built ? [built] : [])];
  return all.length > 1 ? { must: all } : all[0];
}

function parseFilter(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw new QdxError('usage', `--filter ${JSON.stringify(text)} is no JSON: ${(error as Error).message}`, {
      hint: `--filter '{"must":[{"key":"language","match":{"value":"go"}}]}', or: --filter language=go`,
    });
  }
}
