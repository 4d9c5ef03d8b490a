/**
 * How much faster is embedding again after 1 % of the chunks changed? First run, a run without change, a run with 1 % changed;
 * all into a collection of a local server of their own.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepRun, reportBars } from '../keep-run.js';
import { describeHost, round } from '../host.js';

const bar = 50;
const bin = fileURLToPath(new URL('../../bin/qdx.js', import.meta.url));
const shared = fileURLToPath(new URL('../../../shared/corpora/', import.meta.url));
const own = fileURLToPath(new URL('../../', import.meta.url));
const given = process.argv[2];

const work = mkdtempSync(join(tmpdir(), 'qdx-incremental-'));
const corpus = join(work, 'corpus');
const input = copyCorpus();
const env = {
  PATH: process.env.PATH,
  HOME: work,
  XDG_CACHE_HOME: join(work, 'cache'),
  XDG_CONFIG_HOME: join(work, 'config'),
  XDG_DATA_HOME: join(work, 'data'),
};

try {
  const host = await describeHost();
  const first = embed();
  const unchanged = embed();
  const edited = edit(Math.ceil(first.chunks / 100));
  const changed = embed();
  const report = {
    host,
    input,
    edited,
    runs: { first, unchanged, changed },
    ratio: {
      embedding: round(first.embeddingMs / changed.embeddingMs, 1),
      wholeRun: round(first.durationMs / changed.durationMs, 1),
      wholeRunUnchanged: round(first.durationMs / unchanged.durationMs, 1),
    },
    bar,
  };
  print(report);
  reportBars([
    {
      title: 'embedding stage after 1 % changed, times as fast',
      figure: report.ratio.embedding,
      bar: `at least ${bar}`,
      isMet: report.ratio.embedding >= bar,
    },
    {
      title: 'chunks embedded where nothing changed',
      figure: unchanged.embedded,
      bar: '0',
      isMet: unchanged.embedded === 0,
    },
  ]);
  keepRun(report, import.meta.url);
} finally {
  qdx(['server', 'stop']);
  rmSync(work, { recursive: true, force: true });
}

/** The named folder, the documentation corpora beside the repository, or the repository's own text and code. */
function copyCorpus() {
  mkdirSync(corpus);
  const folders = given
    ? [given]
    : existsSync(shared)
      ? [shared]
      : ['docs', 'src', 'test'].map((name) => join(own, name));
  folders.forEach((folder, index) => cpSync(folder, join(corpus, String(index)), { recursive: true }));
  return given ? 'a folder of the user' : existsSync(shared) ? 'documentation corpora' : 'docs, src and test of qdx';
}

function embed() {
  const run = qdx(['embed', '-c', 'bench', corpus, '--json', '-q']);
  if (run.status !== 0) throw new Error(run.stderr);
  const { files, chunks, unchanged, cached, embedded, removed, tokens, readingMs, embeddingMs, durationMs } =
    JSON.parse(run.stdout);
  return { files, chunks, unchanged, cached, embedded, removed, tokens, readingMs, embeddingMs, durationMs };
}

function qdx(args) {
  return spawnSync(process.execPath, [bin, ...args], { env, encoding: 'utf8', maxBuffer: 1e8 });
}

/** One line changed in the middle of that many files, every so many of them. */
function edit(count) {
  const files = readdirSync(corpus, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(md|mdx|ts|js)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
  const step = Math.max(1, Math.floor(files.length / count));
  const chosen = files.filter((_, index) => index % step === 0).slice(0, count);
  for (const file of chosen) {
    const lines = readFileSync(file, 'utf8').split('\n');
    lines[Math.floor(lines.length / 2)] += ' It was edited just now.';
    writeFileSync(file, lines.join('\n'));
  }
  return chosen.length;
}

function print({ host, input: name, runs, ratio }) {
  console.log(`${host.cpu}, ${host.cores} cores (${host.flags.join(' ')}), load ${host.load[0].toFixed(1)}; ${name}`);
  for (const [title, run] of Object.entries(runs))
    console.log(
      `${title.padEnd(10)} ${run.chunks} chunks = ${run.unchanged} unchanged + ${run.cached} cached + ${run.embedded} embedded; ` +
        `reading ${run.readingMs} ms, embedding ${run.embeddingMs} ms, all ${run.durationMs} ms`,
    );
  console.log(`whole run, 1 % changed: ${ratio.wholeRun}x`);
}
