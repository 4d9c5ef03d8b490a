/**
 * `qdx stats`: figures of the server and its collections, and what in them deserves a warning.
 */
import { renderPrometheus } from '../core/qdrant/stats/prometheus.ts';
import { readStats } from '../core/qdrant/stats.ts';
import type { CommandModule } from './command.ts';
import { renderStats } from './stats-text.ts';

export const stats: CommandModule = {
  formats: ['prometheus'],
  examples: ['qdx stats', 'qdx stats docs --json', 'qdx stats --prometheus > qdx.prom'],
  define: (command) => {
    command
      .argument('[collection]', 'Its name or an alias; all where none is named')
      .option('--prometheus', 'Text exposition for Prometheus; short for --format prometheus');
  },
  run: async ({ args, flags }, context) => {
    const [collection] = args;
    const data = await readStats(await context.connect(), collection === undefined ? {} : { collection }, context);
    const prometheus = () => renderPrometheus(data);
    return {
      data: { schemaVersion: 1, ...data },
      text: flags['prometheus'] === true ? prometheus : (view) => renderStats(data, view),
      formats: { prometheus },
    };
  },
};
