/**
 * What `upload --force` says of writes that may be missing.
 */
import { describe, expect, test } from 'vitest';
import { renderOverwrite } from '../../../src/commands/upload/overwrite-text.ts';
import { hasAllWrites, type OverwriteSummary } from '../../../src/core/transfer/overwrite.ts';

const none = { inserted: 0, changed: 0, deleted: 0 };
const meanwhile = { ...none, isCarried: true, isQuiet: true };
const late = { isQuiet: true, rounds: 1, carried: none, newer: 0, skipped: 0 };
const summary: OverwriteSummary = {
  overwritten: true,
  name: 'docs',
  model: 'm',
  collection: 'docs__2',
  kept: 'docs__1',
  dryRun: false,
  wasSwitched: false,
  isUnchanged: false,
  pointsBefore: 1,
  pointsAfter: 1,
  read: 1,
  points: 1,
  duplicates: 0,
  rejected: 0,
  firstRejects: [],
  schemaChanges: [],
  notTaken: [],
  backup: null,
  selfRetrieval: null,
  meanwhile,
  late,
  gap: null,
  otherAliases: [],
  durationMs: 1,
};

describe('writes that may be missing', () => {
  test.each<[string, Partial<OverwriteSummary>, boolean, string[]]>([
    ['none', {}, true, []],
    [
      'left behind',
      { meanwhile: { ...meanwhile, inserted: 1, isCarried: false } },
      false,
      ['written meanwhile, LEFT BEHIND: 1 points inserted, 0 changed, 0 deleted'],
    ],
    ['nothing to carry', { meanwhile: { ...meanwhile, isCarried: false }, late: null }, true, []],
    [
      'no rest, nobody looked again',
      { meanwhile: { ...meanwhile, isQuiet: false }, late: null },
      false,
      ['still written to when it was switched: the last of these writes may be missing'],
    ],
    ['no rest, found afterwards', { meanwhile: { ...meanwhile, isQuiet: false } }, true, []],
    [
      'no rest afterwards',
      { late: { ...late, isQuiet: false } },
      false,
      ['docs__1 is still written to: what comes now is there alone; lead its writers to the name'],
    ],
  ])('%s', (_title, change, isWhole, said) => {
    const changed = { ...summary, ...change };
    expect(hasAllWrites(changed)).toBe(isWhole);
    const lines = renderOverwrite(changed).split('\n');
    expect(lines.filter((line) => /missing|still written|LEFT/u.test(line))).toEqual(said);
  });
});
