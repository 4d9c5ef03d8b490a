import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSettingsJson } from '../../../src/core/config/settings-json.ts';
import { resolveIn } from './resolve-in.ts';

const parse = (text: string) => parseSettingsJson(Buffer.from(text), 'f.json');

describe('F40: JSON of settings is read strictly', () => {
  test.for<[string, string]>([
    ['{"a": 1, "b": 2, "a": 3}', 'f.json:1:18: the key "a" is given twice'],
    ['{"a": 1,\n "\\u0061": 3}', 'f.json:2:2: the key "a" is given twice'],
    ['{"x": {"__proto__": {"y": 1}}}', 'f.json:1:8: the key "__proto__" is not allowed'],
    ['{"x": {"\\u005f_proto__": 1}}', 'f.json:1:8: the key "__proto__" is not allowed'],
    ['{"a": 1,}', 'f.json:1:9: expected "'],
    ['{"a" 1}', 'f.json:1:6: expected :'],
    ['{a: 1}', 'f.json:1:2: expected "'],
    ["{'a': 1}", 'f.json:1:2: expected "'],
    ['{"a": 01}', 'f.json:1:7: expected a JSON value'],
    ['{"a": .5}', 'f.json:1:7: expected a JSON value'],
    ['{"a": NaN}', 'f.json:1:7: expected a JSON value'],
    ['{"a": "x\n"}', 'f.json:1:7: a text that does not end'],
    ['{"a": "x', 'f.json:1:7: a text that does not end'],
    ['[1, 2', 'f.json:1:6: the file ends too soon'],
    ['', 'f.json:1:1: the file ends too soon'],
    ['{} {}', 'f.json:1:4: text after the end'],
    ['{ // no\n}', 'f.json:1:3: expected "'],
    ['['.repeat(200), 'f.json:1:101: nested too deeply'],
  ])('%j', ([text, message]) => {
    expect(() => parse(text)).toThrow(message);
  });

  test('bytes that are not UTF-8 are refused, not replaced', () => {
    expect(() => parseSettingsJson(Uint8Array.from([0x22, 0xff, 0x22]), 'f.json')).toThrow('f.json is not UTF-8 text');
  });

  test('every document is read as JSON.parse reads it', () => {
    const json = fc.json({ noUnicodeString: false }).filter((text) => !text.includes('__proto__'));
    fc.assert(
      fc.property(json, (text) => {
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('every text that JSON.parse refuses is refused', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '\\', '1', ' x'))
      .map(
        ([text, at, sign]) => text.slice(0, at % (text.length + 1)) + sign + text.slice((at % (text.length + 1)) + 1),
      );
    const refused = broken.filter((text) => !isJson(text));
    fc.assert(
      fc.property(refused, (text) => {
        expect(() => parse(text)).toThrow(/^f\.json:\d+:\d+: /);
      }),
      { numRuns: 500 },
    );
  });

  test('no object was changed by a __proto__ anywhere', async () => {
    await expect(
      resolveIn({ files: { 'repo/qdx.config.json': '{"collections": {"__proto__": {"paths": ["x"]}}}' } }),
    ).rejects.toThrow('the key "__proto__" is not allowed');
    expect(({} as Record<string, unknown>)['paths']).toBeUndefined();
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
