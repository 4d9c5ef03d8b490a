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
import { makeVectorsFile } from '../upload/make-file.js';

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
  force: {
    ...overExisting(),
    async begin(place, name) {
      const made = await runQdx(upload(place.oldVectors, name, []), place.home, place.env);
      if (made.exitCode !== 0) throw new Error(made.stderr);
      return { name };
    },
    args: ({ points, vectors }, { name }, workers) =>
      upload(vectors, name, ['--force', '--yes', ...speed(points, workers)]),
    before: ({ uploadedOld }) => uploadedOld,
    expected: async ({ uploaded }) => uploaded,
  },
};

const upload = (file, name, more) => ['upload', file, '-c', name, '--no-wait', ...more];

/** Where the uploaded points are compared with: what an upload that nobody killed makes of the file. */
export async function makeUploads(place) {
  const files = { vectors: join(place.folder, 'new.jsonl'), oldVectors: join(place.folder, 'old.jsonl') };
  const of = (count, seed) => ({ count, seed, format: 'base64', dimension: 16 });
  await makeVectorsFile(files.vectors, of(place.points, place.seed));
  await makeVectorsFile(files.oldVectors, of(place.oldPoints, place.seed + 1));
  const sets = {};
  for (const [key, name] of Object.entries({ vectors: 'whole-new', oldVectors: 'whole-old' })) {
    const made = await runQdx(upload(files[key], name, []), place.home, place.env);
    if (made.exitCode !== 0) throw new Error(made.stderr);
    sets[key] = await readCollection(place.url, name);
  }
  return { ...files, uploaded: sets.vectors, uploadedOld: sets.oldVectors };
}

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
      if (isSame(differences(this.before(place), found))) return true;
      return isSame(differences(await this.expected(place), found));
    },
    before: ({ old }) => old,
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
