import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { settingsDocument } from '../../../src/core/config/show.ts';
import { type Settings, settingsSchema } from '../../../src/core/config/schema.ts';
import { resolveIn } from './resolve-in.ts';

const word = fc.string({ minLength: 1, unit: 'grapheme' });
const quantization = fc.oneof(
  fc.record({ kind: fc.constant('none') }),
  fc.record({
    kind: fc.constant('int8'),
    quantile: fc.double({ min: 0.5, max: 1, noNaN: true }),
    alwaysRam: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('binary'), encoding: fc.constantFrom('oneBit', 'twoBits'), alwaysRam: fc.boolean() }),
);
/** Settings that anybody may write, in all groups that hold unlike types. */
const written = fc.record({
  preset: fc.constantFrom('documents', 'code'),
  connection: fc.record(
    { timeoutMs: fc.integer({ min: 1, max: 2 ** 31 }), insecure: fc.boolean() },
    { requiredKeys: [] },
  ),
  vector: fc.record({
    size: fc.oneof(fc.constant('auto'), fc.integer({ min: 1, max: 65_536 })),
    name: fc.string(),
    quantization,
  }),
  index: fc.record({ m: fc.integer({ min: 0, max: 50 }), payloadIndexes: fc.array(word) }),
  embed: fc.record({ include: fc.array(word), chunkTokens: fc.nat() }, { requiredKeys: [] }),
  payloadKeys: fc.record({ content: word, source_path: word }, { requiredKeys: [] }),
  collections: fc.dictionary(
    word.filter((name) => name !== '__proto__' && name.length < 200),
    fc.record({ description: fc.string(), paths: fc.array(word), vectorName: fc.string() }, { requiredKeys: [] }),
  ),
});

test('settings come back from JSON as they went in', () => {
  fc.assert(
    fc.property(written, (value) => {
      const settings = settingsSchema.parse(value);
      const again = settingsSchema.parse(JSON.parse(JSON.stringify(settings)));
      expect(again).toEqual(settings);
      expect(JSON.stringify(again)).toBe(JSON.stringify(settings));
    }),
  );
});

test('what qdx config show prints, saved as a settings file, gives the same settings', async () => {
  await fc.assert(
    fc.asyncProperty(written, async (value) => {
      const first = await resolveIn({ files: { 'repo/qdx.config.json': value } });
      const document = JSON.parse(JSON.stringify(settingsDocument(first, false))) as { settings: Settings };
      const second = await resolveIn({ files: { 'repo/qdx.config.json': document.settings } });
      expect(second.settings).toEqual(first.settings);
    }),
    { numRuns: 30 },
  );
});
