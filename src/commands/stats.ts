/**
 * `qdx stats`: figures of the server, its collections and the searches that were logged, and what in them deserves a
 * warning; once, or again and again.
 */
import { type LiveInput, readLiveStats, watchStats } from '../core/live/live-stats.ts';
import { withLimits } from '../core/qdrant/connection/with-limits.ts';
import { renderPrometheus } from '../core/live/prometheus.ts';
import type { CommandContext, CommandInput, CommandModule } from './command.ts';
import { searchParams } from './search/flags.ts';
import { logPlace } from './search/log.ts';
import { searchPlaces } from './search/places.ts';
import { addSettingOptions } from './setting-options.ts';
import { renderStats } from './stats/text.ts';
import { lookLines, writeTextfile } from './stats/watch.ts';

export const stats: CommandModule = {
  formats: ['jsonl', 'prometheus'],
  examples: [
    'qdx stats',
    'qdx stats docs --json',
    'qdx stats --watch --interval 10',
    'qdx stats docs --recall',
    'qdx stats --prometheus > qdx.prom',
    'qdx stats --watch --textfile qdx.prom',
  ],
  define: (command) => {
    command
      .argument('[collection]', 'Its name or an alias; all where none is named')
      .option('--prometheus', 'Text exposition for Prometheus; short for --format prometheus')
      .option('--watch', 'Look again and again until Ctrl-C')
      .option('--textfile <file>', "Write a file for Prometheus' textfile collector at each look")
      .option('--recall', 'Ask logged queries again, with the graph and with every vector');
    addSettingOptions(command, ['live.intervalSeconds', 'live.recallSample']);
  },
  run: async ({ args, flags }, context) => {
    const [collection] = args;
    const { intervalSeconds } = (await context.settings(collection)).settings.live;
    const input = await liveInput(collection, flags, context);
    const connect = async () => withLimits(await context.connect(), { awaitsReturn: false });
    const textfile = typeof flags['textfile'] === 'string' ? flags['textfile'] : undefined;
    const format = flags['prometheus'] === true ? 'prometheus' : context.format;
    if (flags['watch'] === true) {
      const intervalMs = intervalSeconds * 1000;
      const looks = watchStats(connect, { ...input, intervalMs }, context);
      return { lines: lookLines(looks, { format, view: context.view, textfile }) };
    }
    const data = await readLiveStats(await connect(), input, context);
    if (textfile !== undefined) await writeTextfile(textfile, data);
    const prometheus = () => renderPrometheus(data);
    return {
      data: { schemaVersion: 1, ...data },
      text: format === 'prometheus' ? prometheus : (view) => renderStats(data, view),
      formats: { prometheus, jsonl: () => JSON.stringify({ schemaVersion: 1, ...data }) },
    };
  },
};

async function liveInput(
  collection: string | undefined,
  flags: CommandInput['flags'],
  context: CommandContext,
): Promise<LiveInput> {
  const resolved = await context.settings(collection);
  const { settings } = resolved;
  return {
    ...(collection !== undefined && { collection }),
    log: logPlace(context, settings),
    ...(flags['recall'] === true && {
      recall: {
        sample: settings.live.recallSample,
        seed: settings.bench.seed,
        params: searchParams({}, resolved, collection === undefined ? [] : [collection]),
        places: searchPlaces(context, settings),
      },
    }),
  };
}
