/**
 * The judged sets: where their texts and queries are, and how a query's hits become figures.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileNdcg, hitAt5, idNdcg, passageNdcg } from './metrics.js';

/** Exactly the versions that were judged. */
const packages = { undici: '6.29.1', execa: '9.6.0', commander: '14.0.3', 'csv-parse': '7.0.3' };
const docs = ['agent_kit', 'docling', 'inngest_overall', 'qdrant_ecosystem'];

/** @returns one entry a set: `group`, `collection`, `embed` (arguments of qdx embed), `queries`, `judge(query, hits)`. */
export function datasets(shared, work) {
  return [
    ...docs.map((name) => ({
      group: 'docs',
      collection: name,
      embed: [join(shared, 'corpora', name)],
      queries: readLines(join(shared, 'datasets/docs-queries', `${name}.jsonl`)),
      judge: judgeLines,
    })),
    ...Object.keys(packages).map((name) => ({
      group: 'code',
      collection: `code-${name}`,
      embed: [fetchPackage(name, work), '--include', 'lib/**/*.js'],
      queries: readLines(join(shared, 'datasets/code-queries', `${name}.jsonl`)),
      judge: judgeLines,
    })),
    cosqa(join(shared, 'datasets/cosqa-dev'), work),
  ];
}

function judgeLines({ answers }, hits) {
  return {
    file: fileNdcg(hits, answers),
    passage: passageNdcg(hits, answers),
    hitAt5: hitAt5(hits, answers),
    // What a reader of ten hits sees of files.
    fileOfTen: fileNdcg(hits.slice(0, 10), answers),
  };
}

function cosqa(folder, work) {
  const right = new Map();
  for (const line of readFileSync(join(folder, 'qrels/test.tsv'), 'utf8').split('\n').slice(1)) {
    const [query, document, grade] = line.split('\t');
    if (Number(grade) > 0) right.set(query, (right.get(query) ?? new Map()).set(document, Number(grade)));
  }
  const corpus = join(work, 'cosqa', 'corpus.jsonl');
  mkdirSync(join(work, 'cosqa'), { recursive: true });
  const records = readLines(join(folder, 'corpus.jsonl'));
  writeFileSync(corpus, records.map(({ _id: id, text }) => JSON.stringify({ id, text })).join('\n'));
  return {
    group: 'cosqa',
    collection: 'cosqa',
    embed: [corpus, '--text-field', 'text', '--id-field', 'id'],
    queries: readLines(join(folder, 'queries.jsonl'))
      .filter(({ _id: id }) => right.has(id))
      .map(({ _id: id, text }) => ({ id, query: text })),
    // A long function is several chunks: its first hit counts.
    judge: ({ id }, hits) => ({ file: idNdcg([...new Set(hits.map(({ sourceId }) => sourceId))], right.get(id)) }),
  };
}

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
