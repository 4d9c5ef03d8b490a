/**
 * `qdx search`: ranked hits of a query, or of many.
 */
import { withLimits } from '../core/qdrant/connection/with-limits.ts';
import { assertQuery } from '../core/retrieval/assert-query.ts';
import { chooseCollections } from '../core/retrieval/choose-collections.ts';
import { createSearcher } from '../core/retrieval/search.ts';
import { withSearchLog } from '../core/retrieval/search-log.ts';
import { searchQueries } from '../core/retrieval/search-queries.ts';
import { QdxError } from '../lib/errors.ts';
import type { CommandContext, CommandModule } from './command.ts';
import { defineSearch, listFlag, querySource, searchParams } from './search/flags.ts';
import { hitFormats, responseData } from './search/formats.ts';
import { locateFiles } from './search/links.ts';
import { searchLog } from './search/log.ts';
import { answerLines } from './search/many.ts';
import { searchPlaces } from './search/places.ts';
import { type HitLook, renderHits } from './search/render.ts';

export const search: CommandModule = {
  formats: ['jsonl', 'csv', 'md', 'files'],
  examples: [
    'qdx search "rotate the encryption key"',
    'qdx search parseCommandString -c code --path "lib/**/*.js" --explain',
    'qdx search "install without docker" -c docs -c guides -n 5 --format md',
    'qdx search --queries queries.jsonl -c docs --format jsonl',
  ],
  define: defineSearch,
  run: async ({ args, flags }, context) => {
    const source = querySource(args, flags);
    const query = source.from === 'stdin' ? await readQuery(context) : source.from === 'text' ? source.text : '';
    const named = listFlag(flags, 'collection');
    const resolved = await context.settings(named.length === 1 ? named[0] : undefined);
    // Flags are checked before the server is asked anything.
    const params = searchParams(flags, resolved, named);
    // Somebody waits for the hits: no two minutes for a server that went away.
    const connection = withLimits(await context.connect(), { awaitsReturn: false });
    const collections = await chooseCollections(connection, named, Object.keys(resolved.settings.collections), context);
    const places = searchPlaces(context, resolved.settings);
    const asked = { ...params, collections };
    const { log } = searchLog(context, resolved.settings, 'search');
    const opened = await createSearcher(connection, asked, places, context);
    const searcher = log ? withSearchLog(opened, asked, log, context.onEvent) : opened;
    const look: HitLook = { full: flags['full'] === true, explain: params.explain, files: new Map() };
    if (source.from === 'file') {
      const queries = String(flags['queries']);
      const answers = searchQueries(searcher, queries === '-' ? context.stdin : queries, context);
      return answerLines(answers, searcher, { ...context, look });
    }
    try {
      const response = await searcher.search(query);
      const files = await locateFiles(response.hits, resolved.settings, context);
      return {
        data: responseData(response),
        text: (view) => renderHits(response, { ...look, files }, view),
        formats: hitFormats(response),
      };
    } finally {
      await searcher.close();
    }
  },
};

/** Longer texts are documents, not queries. */
const maxQueryChars = 100_000;

async function readQuery({ stdin }: CommandContext): Promise<string> {
  let text = '';
  for await (const piece of stdin) {
    text += String(piece);
    if (text.length > maxQueryChars)
      throw new QdxError('usage', `the query on stdin is longer than ${maxQueryChars} characters`);
  }
  assertQuery(text);
  return text.trim();
}
