/**
 * Whatever happens to a backup is found, and the message says to which file and what (as pg_verifybackup's tests do it).
 */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verifyBackup } from '../../../src/core/transfer/backup-folder/verify-backup.ts';
import { isQdxError } from '../../../src/lib/errors.ts';
import { createSmallBackup, type SmallBackup } from './small-backup.ts';

const part = '001-docs__1/part-000002.jsonl';

/** Messages of all problems, or of what was thrown, with its kind in front. */
async function findings(folder: string): Promise<string[]> {
  try {
    return (await verifyBackup(folder)).problems.map(({ message }) => message);
  } catch (error) {
    if (!isQdxError(error)) throw error;
    return [`${error.kind}: ${error.message}`];
  }
}

const edit = (path: string, change: (text: string) => string) =>
  writeFileSync(path, change(readFileSync(path, 'utf8')));

type Mutation = (folder: string, backup: SmallBackup) => void | Promise<void>;

const mutations: readonly (readonly [string, Mutation, readonly RegExp[]])[] = [
  ['a missing part', (f) => rmSync(join(f, part)), [/^001-docs__1\/part-000002\.jsonl is missing$/]],
  [
    'a missing description',
    (f) => rmSync(join(f, '002-code__1/collection.json')),
    [/^002-code__1\/collection\.json is missing$/],
  ],
  [
    'a missing folder',
    (f) => rmSync(join(f, '002-code__1'), { recursive: true }),
    [
      /collection\.json is missing$/,
      /000001\.jsonl is missing$/,
      /000002\.jsonl is missing$/,
      /000003\.jsonl is missing$/,
    ],
  ],
  [
    'an extra file in a folder',
    (f) => copyFileSync(join(f, part), join(f, '001-docs__1/part-000009.jsonl')),
    [/^001-docs__1\/part-000009\.jsonl does not belong to this backup: the manifest does not list it$/],
  ],
  ['an extra file at the top', (f) => writeFileSync(join(f, 'notes.txt'), 'x'), [/^notes\.txt does not belong/]],
  ['an extra folder', (f) => mkdirSync(join(f, '003-more')), [/^003-more does not belong/]],
  [
    'a truncated part',
    (f) => truncateSync(join(f, part), statSync(join(f, part)).size - 7),
    [/^001-docs__1\/part-000002\.jsonl was cut: it has \d+ bytes instead of \d+$/],
  ],
  ['an empty part', (f) => truncateSync(join(f, part), 0), [/part-000002\.jsonl was cut: it has 0 bytes instead of/]],
  [
    'an appended part',
    (f) => appendFileSync(join(f, part), '\n'),
    [/^001-docs__1\/part-000002\.jsonl was added to: it has \d+ bytes instead of \d+$/],
  ],
  [
    'a part with other bytes of the same number',
    (f) => edit(join(f, part), (text) => text.replace('1.0', '1.1')),
    [/^001-docs__1\/part-000002\.jsonl was changed: its sha256 is [0-9a-f]{64}, the manifest says [0-9a-f]{64}$/],
  ],
  [
    'two parts in each other’s place',
    (f) => {
      renameSync(join(f, part), join(f, 'x'));
      renameSync(join(f, '001-docs__1/part-000003.jsonl'), join(f, part));
      renameSync(join(f, 'x'), join(f, '001-docs__1/part-000003.jsonl'));
    },
    [
      /^001-docs__1\/part-000002\.jsonl holds the content of 001-docs__1\/part-000003\.jsonl$/,
      /^001-docs__1\/part-000003\.jsonl holds the content of 001-docs__1\/part-000002\.jsonl$/,
    ],
  ],
  [
    'a manifest that was edited',
    (f) => edit(join(f, 'manifest.json'), (text) => text.replace('"points":9', '"points":8')),
    [
      /manifest\.json is no sound manifest: it was changed after it was written: its sha256 is [0-9a-f]{64}, its last line says/,
    ],
  ],
  [
    'a manifest that was cut',
    (f) => truncateSync(join(f, 'manifest.json'), 500),
    [/manifest\.json is no sound manifest: it does not end with its own sha256$/],
  ],
  ['an empty manifest', (f) => truncateSync(join(f, 'manifest.json'), 0), [/is no sound manifest: it is empty$/]],
  [
    'no manifest',
    (f) => rmSync(join(f, 'manifest.json')),
    [/^verification: .* is no backup: it has no manifest\.json$/],
  ],
  [
    'F2: a journal and no manifest',
    (f) => {
      rmSync(join(f, 'manifest.json'));
      writeFileSync(join(f, 'journal.jsonl'), '{"type":"start","version":1}\n{"type":"part"}\n{"type":"pa');
    },
    [/^verification: .* is an unfinished backup: it has no manifest\.json, 1 part is done$/],
  ],
  [
    'F2: the same of a backup that an overwrite begins with',
    (f) => {
      rmSync(join(f, 'manifest.json'));
      writeFileSync(join(f, 'journal.jsonl'), '{"type":"start","version":1,"madeBefore":"qdx upload --force"}\n');
    },
    [/is an unfinished backup that qdx upload --force began with: it has no manifest\.json, 0 parts are done$/],
  ],
  [
    'the manifest of another backup',
    async (f) => copyFileSync(join((await createSmallBackup('b-2')).folder, 'manifest.json'), join(f, 'manifest.json')),
    [
      /^001-docs__1\/collection\.json was changed/,
      /^002-code__1\/collection\.json was changed/,
      /^001-docs__1\/collection\.json belongs to backup b-1, manifest\.json to b-2$/,
      /^002-code__1\/collection\.json belongs to backup b-1, manifest\.json to b-2$/,
    ],
  ],
  [
    'F45: a newer format',
    (_f, { manifest, write }) => write({ ...manifest, version: 3, needsQdx: '3.4.0' }),
    [/^refused: .* is of format version 3; this qdx reads versions up to 2$/],
  ],
  [
    'another format',
    (_f, { manifest, write }) => write({ ...manifest, format: 'tar' }),
    [/manifest\.json is no sound manifest: its format is "tar"$/],
  ],
  [
    'a made-up count, with the hash of the manifest right',
    (_f, { manifest, write }) => write(withFirstPart(manifest, { points: 4 })),
    [
      /^001-docs__1\/part-000001\.jsonl holds 3 points, the manifest says 4$/,
      /^manifest\.json contradicts itself: docs__1 has 9 points, its parts have 10$/,
    ],
  ],
  [
    'a made-up range, with the hash of the manifest right',
    (_f, { manifest, write }) => write(withFirstPart(manifest, { from: '11' })),
    [/^001-docs__1\/part-000001\.jsonl holds point 10, which is outside of its range$/],
  ],
  [
    'a path that leads out, with the hash of the manifest right',
    (_f, { manifest, write }) => write(withFirstPart(manifest, { file: '../../../etc/passwd' })),
    [/is no sound manifest: collections\.0\.parts\.0\.file/],
  ],
  [
    'a folder where a part was',
    (f) => {
      rmSync(join(f, part));
      mkdirSync(join(f, part));
    },
    [/^001-docs__1\/part-000002\.jsonl cannot be read: it is a folder$/],
  ],
  [
    'a pipe where a part was',
    (f) => {
      rmSync(join(f, part));
      execFileSync('mkfifo', [join(f, part)]);
    },
    [/^001-docs__1\/part-000002\.jsonl cannot be read: it is no plain file$/],
  ],
  [
    'an unreadable part (a link to itself)',
    (f) => {
      rmSync(join(f, part));
      symlinkSync('part-000002.jsonl', join(f, part));
    },
    [/^001-docs__1\/part-000002\.jsonl cannot be read: ELOOP/],
  ],
  // root reads everything
  ...(process.getuid?.() === 0
    ? []
    : [
        [
          'a part without permission',
          (f: string) => chmodSync(join(f, part), 0),
          [/part-000002\.jsonl cannot be read: EACCES/],
        ] as const,
      ]),
];

const withFirstPart = ({ collections, ...rest }: SmallBackup['manifest'], change: object) => ({
  ...rest,
  collections: collections.map((collection, index) =>
    index > 0
      ? collection
      : { ...collection, parts: collection.parts.map((entry, at) => (at > 0 ? entry : { ...entry, ...change })) },
  ),
});

describe('F26: every mutation of a backup is found', () => {
  test.each(mutations)('%s', async (_title, mutate, expected) => {
    const backup = await createSmallBackup();
    expect(await findings(backup.folder)).toEqual([]);
    await mutate(backup.folder, backup);
    const found = await findings(backup.folder);
    expect(found).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(found[index]).toMatch(pattern);
  });

  test('no such folder', async () => {
    expect(await findings('/nowhere/at/all')).toEqual(['notFound: there is no folder /nowhere/at/all']);
  });
});

describe('F27: one flipped bit anywhere is found', () => {
  const seed = 20_260_101;
  // The same check of the same bytes whatever they are: of compressed ones fewer are enough.
  test.each([
    ['none', 1000],
    ['gzip', 200],
  ] as const)(
    'compression %s: %i of as many',
    async (compression, flips) => {
      const { folder } = await createSmallBackup('b-1', compression);
      const files = filesBelow(folder);
      const sizes = files.map((file) => statSync(file).size);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const random = mulberry32(seed);
      const missed: string[] = [];
      for (let flip = 0; flip < flips; flip++) {
        let at = Math.floor(random() * total);
        const index = sizes.findIndex((size) => (at < size ? true : ((at -= size), false)));
        const file = files[index]!;
        const bytes = readFileSync(file);
        const bit = 1 << Math.floor(random() * 8);
        bytes[at]! ^= bit;
        writeFileSync(file, bytes);
        const found = await findings(folder);
        const named = found.some((message) => message.includes(file.slice(folder.length + 1)));
        if (!named) missed.push(`${file} byte ${at} bit ${bit}: ${found.join(' | ')}`);
        bytes[at]! ^= bit;
        writeFileSync(file, bytes);
      }
      expect(missed).toEqual([]);
      expect(await findings(folder)).toEqual([]);
    },
    180_000,
  );
});

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );

/** A small seeded generator (public domain, Tommy Ettinger). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
