import { expect, test } from 'vitest';
import {
  compareVersions,
  featuresOf,
  requireFeature,
  untestedVersionWarning,
} from '../../../src/core/qdrant/connection/features.ts';

const order: readonly [string, string, number][] = [
  ['1.16.3', '1.16.3', 0],
  ['1.9.0', '1.16.0', -1],
  ['1.16', '1.16.0', 0],
  ['2.0.0', '1.99.9', 1],
  ['1.16.3-dev', '1.16.3', 0],
  ['v-unknown', '0.0.0', 0],
];
test.each(order)('%s against %s: %i', (a, b, sign) => expect(Math.sign(compareVersions(a, b))).toBe(sign));

const features: readonly [string, boolean, boolean, boolean][] = [
  ['1.14.1', false, false, false],
  ['1.15.0', false, true, false],
  ['1.16.0', true, true, true],
  ['1.17.2', true, true, true],
];
test.each(features)(
  '%s: metadata %s, encodings %s, conditions %s',
  (version, collectionMetadata, binaryEncodings, conditionalUpsert) =>
    expect(featuresOf(version)).toEqual({ collectionMetadata, binaryEncodings, conditionalUpsert }),
);

const ranges: readonly [string, boolean][] = [
  ['1.15.9', true],
  ['1.16.0', false],
  ['1.16.99', false],
  ['1.17.0', true],
];
test.each(ranges)('%s warns: %s', (version, warns) =>
  expect(untestedVersionWarning(version, 'http://h:1') !== undefined).toBe(warns),
);
test('the warning names server, version and what was tested', () =>
  expect(untestedVersionWarning('1.12.0', 'http://h:1')).toBe(
    'http://h:1 runs Qdrant 1.12.0; this qdx was tested with 1.16',
  ));

test('a feature that the server lacks: a sentence with both versions', () => {
  const server = { version: '1.15.2', features: featuresOf('1.15.2'), clockAheadMs: null };
  expect(() => requireFeature(server, 'binaryEncodings')).not.toThrow();
  const message = 'an upsert with a condition needs Qdrant 1.16; this server is 1.15.2';
  const hint = 'upgrade the server to 1.16 or later, one minor version at a time';
  expect(() => requireFeature(server, 'conditionalUpsert')).toThrow(
    expect.objectContaining({ kind: 'refused', message, hint }),
  );
  expect(() => requireFeature(server, 'conditionalUpsert', 'use another')).toThrow(
    expect.objectContaining({ hint: 'use another' }),
  );
});
