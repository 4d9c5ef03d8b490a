import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addGlobalOptions } from '../../../src/commands/global-options.ts';
import { commands } from '../../../src/commands/index.ts';
import { addSettingOptions, typedSettings } from '../../../src/commands/setting-options.ts';
import { settingPaths, settingRow } from '../../../src/core/config/table.ts';

const rows = settingPaths.map((path) => ({ path, ...settingRow(path) }));

describe('the table', () => {
  test('no flag, short flag or variable means two settings', () => {
    for (const names of [
      rows.flatMap((row) => row.flag ?? []),
      rows.flatMap((row) => row.short ?? []),
      rows.flatMap((row) => row.env),
    ])
      expect(names.length).toBe(new Set(names).size);
  });

  test.for(rows.filter((row) => row.flag !== undefined))('$path: the variable has the words of the flag', (row) => {
    const words = `QDX_${row.flag?.toUpperCase().replaceAll('-', '_')}`;
    const plural = words.endsWith('X') ? `${words}ES` : `${words}S`;
    expect(row.type === 'list' ? [words, plural] : [words]).toContain(row.env[0]);
    expect(row.value === undefined).toBe(row.type === 'switch');
  });

  test.for(rows)("$path: qdx's own variable comes first", ({ env }) => {
    expect(env[0]).toMatch(/^QDX_[A-Z_]+$/);
  });

  test('what every command takes is not taken by a setting of one command', () => {
    const program = new Command();
    addGlobalOptions(program);
    const flags = program.options.map((option) => option.long);
    expect(flags.length).toBe(new Set(flags).size);
    expect(flags).not.toContain('--limit');
  });
});

describe('help', () => {
  /** Every command that runs, with the words that name it. */
  const entries = Object.entries(commands).flatMap(([name, entry]) => [
    { name, entry },
    ...Object.entries(entry.members ?? {}).map(([member, inner]) => ({ name: `${name} ${member}`, entry: inner })),
  ]);

  test('every flag of the table is told by a command', async () => {
    const program = new Command();
    addGlobalOptions(program);
    const texts = [program.helpInformation()];
    for (const { name, entry } of entries) {
      const command = new Command(name);
      (await entry.load?.())?.define(command);
      texts.push(command.helpInformation());
    }
    const told = new Set(texts.join('\n').match(/--[a-z-]+/gu));
    const flags = rows.flatMap(({ flag, off }) => (flag === undefined ? [] : [`--${off ? 'no-' : ''}${flag}`]));
    expect(flags.filter((flag) => !told.has(flag))).toEqual([]);
    // Every command is read from source for it.
  }, 120_000);

  test('settings of a new collection stand under a heading of their own', async () => {
    const command = new Command('upload');
    (await commands['upload']?.load?.())?.define(command);
    const [, ownHeading = ''] = command.helpInformation().split('Options of a new collection:');
    expect(ownHeading).toContain('--hnsw-m');
    expect(ownHeading).not.toContain('--batch-size');
  });
});

describe('flags become settings', () => {
  const typed = (...argv: string[]) => {
    const command = new Command().exitOverride();
    const paths = settingPaths.filter((path) => settingRow(path).flag);
    addSettingOptions(command, paths);
    command.parse(argv, { from: 'user' });
    return typedSettings(command);
  };

  test.for<[string[], Record<string, unknown>]>([
    [[], {}],
    [['--batch-size', '5'], { 'upload.batchSize': '5' }],
    [['-n', '5'], { 'search.limit': '5' }],
    [['--no-alias'], { 'upload.alias': false }],
    [['--alias'], { 'upload.alias': true }],
    [['--rescore'], { 'search.rescore': true }],
    [['--no-rescore'], { 'search.rescore': false }],
    [['--include', '*.md', '--include', '*.txt'], { 'embed.include': ['*.md', '*.txt'] }],
    [
      ['--quantile', '0.9', '--quantization', 'int8'],
      { 'vector.quantization.quantile': '0.9', 'vector.quantization.kind': 'int8' },
    ],
  ])('%j', ([argv, expected]) => {
    expect(typed(...argv)).toEqual(expected);
  });

  test('those of the program count for its commands', () => {
    const program = new Command();
    addSettingOptions(program, ['connection.url']);
    const child = program.command('child').action(() => {});
    program.parse(['child', '--url', 'http://x'], { from: 'user' });
    expect(typedSettings(child)).toEqual({ 'connection.url': 'http://x' });
  });
});
