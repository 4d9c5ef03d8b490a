/**
 * The judged sets: where their texts are, and their queries as `qdx bench` reads them.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJudgedSet } from '../../dist/core/bench/inputs/read-judged-set.js';

/** Exactly the versions that were judged. */
const packages = { undici: '6.29.1', execa: '9.6.0', commander: '14.0.3', 'csv-parse': '7.0.3' };
const docs = ['agent_kit', 'docling', 'inngest_overall', 'qdrant_ecosystem'];

/** @returns one entry a set: `group`, `collection`, `embed` (arguments of qdx embed), `queries` with their judgements. */
export function datasets(shared, work) {
  return Promise.all([
    ...docs.map(async (name) => ({
      group: 'docs',
      collection: name,
      embed: [join(shared, 'corpora', name)],
      queries: await queriesOf(join(shared, 'datasets/docs-queries', `${name}.jsonl`)),
    })),
    ...Object.keys(packages).map(async (name) => ({
      group: 'code',
      collection: `code-${name}`,
      embed: [fetchPackage(name, work), '--include', 'lib/**/*.js'],
      queries: await queriesOf(join(shared, 'datasets/code-queries', `${name}.jsonl`)),
    })),
    cosqa(join(shared, 'datasets/cosqa-dev'), work),
  ]);
}

async function cosqa(folder, work) {
  const corpus = join(work, 'cosqa', 'corpus.jsonl');
  mkdirSync(join(work, 'cosqa'), { recursive: true });
  const records = readLines(join(folder, 'corpus.jsonl'));
  writeFileSync(corpus, records.map(({ _id: id, text }) => JSON.stringify({ id, text })).join('\n'));
  return {
    group: 'cosqa',
    collection: 'cosqa',
    embed: [corpus, '--text-field', 'text', '--id-field', 'id'],
    queries: await queriesOf(folder),
  };
}

const queriesOf = async (queries) => (await readJudgedSet({ queries })).queries;

const readLines = (path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** The published package, unpacked below `work`. */
function fetchPackage(name, work) {
  const folder = join(work, 'packages', name);
  if (existsSync(join(folder, 'package.json'))) return folder;
  mkdirSync(folder, { recursive: true });
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', `${name}@${packages[name]}`, '--json', '--pack-destination', work], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  execFileSync('tar', ['-xzf', join(work, filename), '-C', folder, '--strip-components', '1']);
  return folder;
}
