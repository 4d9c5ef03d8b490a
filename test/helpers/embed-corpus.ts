/**
 * Small folders to embed, `qdx embed` on them, and what is in a collection afterwards.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Connection } from '../../src/core/qdrant/connection/connection.ts';
import { scrollPoints } from '../../src/core/qdrant/collection/points.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import type { EmbedSummary } from '../../src/core/embed/embed.ts';
import type { RunningQdrant } from './qdrant.ts';
import { type QdxRun, runQdx, type RunQdxOptions } from './run-qdx.ts';
import { temporaryFolder } from './temporary.ts';

/** Text by path below the folder. */
export type Files = Readonly<Record<string, string>>;

export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** A folder of that name with these files. */
export function corpusFolder(files: Files, name = 'docs'): string {
  const folder = join(temporaryFolder('corpus'), name);
  mkdirSync(folder);
  writeFiles(folder, files);
  return folder;
}

const words =
  'collection vector index segment alias snapshot payload filter shard replica query cache model chunk'.split(' ');

/** Sections long enough to stay chunks of their own; the same for the same number. */
export function sectionText(number: number): string {
  const word = (offset: number): string => words[(number * 7 + offset * 3) % words.length] ?? '';
  const sentences = Array.from(
    { length: 10 },
    (_, index) =>
      `The ${word(index)} number ${number * 10 + index} holds a ${word(index + 1)} and its ${word(index + 2)}.`,
  );
  return `## Section ${number}\n\n${sentences.join('\n')}\n`;
}

/** `files` Markdown files of `sections` sections each, in two subdirectories. */
export function manyFiles(files: number, sections: number): Files {
  const paths = Array.from(
    { length: files },
    (_, file) => `${file % 2 === 0 ? 'guides' : 'reference'}/page-${file}.md`,
  );
  return Object.fromEntries(
    paths.map((path, file) => [
      path,
      `# Page ${file}\n\n${Array.from({ length: sections }, (_, section) => sectionText(file * sections + section)).join('\n')}`,
    ]),
  );
}

export interface EmbedRun extends QdxRun {
  /** Throws, with what the run said, where it failed; a run that ends with 3 has one. */
  readonly summary: EmbedSummary;
}

/** Runs `qdx embed … --json` against a server. */
export async function runEmbed(
  server: Pick<RunningQdrant, 'url'> | null,
  args: readonly string[],
  options: RunQdxOptions = {},
): Promise<EmbedRun> {
  const env = { ...(server && { QDRANT_URL: server.url }), ...options.env };
  const run = await runQdx(['embed', ...args, '--json'], { ...options, env });
  return {
    ...run,
    get summary() {
      if (run.exitCode !== 0 && run.exitCode !== 3)
        throw new Error(`qdx embed ${args.join(' ')} ended with ${run.exitCode}: ${run.stderr}`);
      return JSON.parse(run.stdout) as EmbedSummary;
    },
  };
}

/** What every point holds, in short and ready to be compared, by place: payload and vectors as hashes. */
export async function contentsOf(connection: Connection, collection: string): Promise<Map<string, string>> {
  const contents: [string, string][] = [];
  for await (const { id, payload, vectors } of scrollPoints(connection, collection, { withVector: true })) {
    const place = `${String(payload?.['source_path'])}:${String(payload?.['start_line'])} ${String(id)}`;
    const sorted = Object.entries(payload ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
    const parts = { payload: sorted, dense: vectors?.['dense'], bm25: vectors?.['bm25'] };
    const hashes = Object.entries(parts).map(
      ([name, part]) => `${name} ${sha256Hex(JSON.stringify(part)).slice(0, 8)}`,
    );
    contents.push([place, hashes.join(', ')]);
  }
  return new Map(contents.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Paths of a collection's points, sorted, each once. */
export async function pathsOf(connection: Connection, collection: string): Promise<string[]> {
  const paths = new Set<string>();
  for await (const { payload } of scrollPoints(connection, collection))
    paths.add(`${String(payload?.['source'])}/${String(payload?.['source_path'])}`);
  return [...paths].toSorted();
}
