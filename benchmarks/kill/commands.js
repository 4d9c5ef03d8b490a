/**
 * The commands under test: how each is called, what is there before, what has to be there in the end.
 *
 * In between, a public name may lead to what was there before or to all that should be there, never to anything else.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../qdrant-server.js';
import { createPointSet, differences, isSame, leadTo, makeCollection, readCollection } from './points.js';
import { runQdx } from './process.js';

const partPoints = (points) => String(Math.ceil(points / 12));
const batchSize = (points) => String(Math.max(16, Math.ceil(points / 60)));

const speed = (points, workers) => ['--batch-size', batchSize(points), '--parallel', String(workers)];

/**
 * @param place `{ url, folder, points, home, expected (points of docs), backup (its folder), vectors (file) }`
 */
export const commands = {
  backup: {
    begin: async (place, name) => ({ name, folder: join(place.folder, name) }),
    args: ({ points }, { folder }, workers) => [
      'backup',
      'docs',
      '--to',
      folder,
      '--part-points',
      partPoints(points),
      '--parallel',
      String(workers),
    ],
    /** Without a manifest it has to say of itself that it is none. */
    async isWhole(place, { folder }) {
      const { exitCode } = await runQdx(['verify', folder], place.home, place.env);
      if (exitCode !== 0 && exitCode !== 4 && exitCode !== 6) return false;
      return exitCode !== 0 || isSame(differences(place.expected, readBackup(folder)));
    },
    found: async (_place, { folder }) => readBackup(folder),
    expected: async ({ expected }) => expected,
  },
  restore: {
    ...overExisting(),
    args: ({ points, backup }, { name }, workers) => [
      'restore',
      backup,
      '--as',
      name,
      '--yes',
      '--no-wait',
      ...speed(points, workers),
    ],
    expected: async ({ expected }) => expected,
  },
  migrate: {
    ...overExisting(),
    args: ({ points }, { name }, workers) => ['migrate', 'docs', name, '--yes', '--no-wait', ...speed(points, workers)],
    expected: async ({ expected }) => expected,
  },
};

/** Commands that replace what a public name leads to. */
function overExisting() {
  return {
    async begin(place, name) {
      await makeCollection(place.url, `${name}__1`, place.oldPoints, place.seed + 1);
      await leadTo(place.url, name, `${name}__1`);
      return { name };
    },
    async isWhole(place, { name }) {
      const found = await readCollection(place.url, name);
      if (isSame(differences(place.old, found))) return true;
      return isSame(differences(await this.expected(place), found));
    },
    found: (place, { name }) => readCollection(place.url, name),
    async end(place, { name }) {
      const { collections } = await ask(place.url, 'GET', '/collections');
      for (const { name: each } of collections)
        if (each === name || each.startsWith(`${name}__`)) await ask(place.url, 'DELETE', `/collections/${each}`);
    },
  };
}

/** Points of all parts, as they lie in the files. */
function readBackup(folder) {
  const found = createPointSet();
  for (const below of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
    for (const file of readdirSync(join(folder, below.name)).filter((name) => /^part-.*\.jsonl$/.test(name)))
      for (const line of readFileSync(join(folder, below.name, file), 'utf8')
        .split('\n')
        .slice(0, -1))
        found.add(JSON.parse(line));
  return found;
}
