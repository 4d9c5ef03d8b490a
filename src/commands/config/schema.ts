/**
 * `qdx config schema`: the JSON Schema of settings files.
 */
import { settingsJsonSchema } from '../../core/config/json-schema.ts';
import type { CommandModule } from '../command.ts';

export const configSchema: CommandModule = {
  examples: ['qdx config schema > qdx.schema.json'],
  define: () => {},
  run: async () => {
    const data = settingsJsonSchema();
    return { data, text: () => JSON.stringify(data, null, 2) };
  },
};
