/**
 * A small corpus of documentation and code to search in, and the commands over it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunningQdrant } from './qdrant.ts';
import type { SearchResponse } from '../../src/core/retrieval/response.ts';
import { type QdxRun, runQdx } from './run-qdx.ts';
import { temporaryFolder } from './temporary.ts';

const documents: Readonly<Record<string, string>> = {
  'guide/encryption.md': `# Encryption

Data is encrypted at rest with a key of your own. The key is read from the environment when the server
starts, it is never written to disk, and it is never sent over the network. Snapshots and backups are encrypted
with the same key, so that a stolen disk or a stolen backup tells a thief nothing at all about your customers.

## Rotate the key

Add the new key as the first one, keep the old key as a fallback, and remove it once
nothing is encrypted with it any more. Old data stays readable all the time. Rotating the key does not
rewrite the data at once: each record is encrypted again with the new key when it is next written, and a
nightly task takes care of the records that nobody has written for a month.

## Lose the key

Without the key nobody can read the data, we cannot either. Keep a copy of it in a safe place, printed on
paper if need be, and try once a year whether the copy still opens a backup: a copy that nobody has ever tried
is a hope, not a plan, and the day of the fire is a bad day to find that out.
`,
  'guide/install.md': `# Install

Install the package with npm. Node 20 or later is needed.

## Without docker

Download the binary, put it on your PATH, start it with a configuration file.
`,
  'guide/backup.md': `# Backup

A nightly job copies all collections to object storage, and checks that they can be restored.
`,
  'kitchen/bread.md': `# Bread

Knead flour, water, salt and yeast, let the dough rest for two hours, then bake it at 230 degrees.
`,
  'kitchen/soup.md': `# Soup

Fry onions, add carrots and stock, and simmer the soup for half an hour.
`,
};

const code: Readonly<Record<string, string>> = {
  'lib/cookies/parse.js': `/** Parses the header into name, value and attributes. */
export function parseSetCookie(header) {
  const [pair, ...attributes] = header.split(';');
  return { pair, attributes };
}
`,
  'lib/cookies/index.js': `import { parseSetCookie } from './parse.js';

/** All cookies of a response. */
export function getSetCookies(headers) {
  return headers.getSetCookie().map((header) => parseSetCookie(header));
}
`,
  'lib/timers.js': `/** Calls back after a while, without keeping the process alive. */
export const setFastTimeout = (callback, delayMs) => setTimeout(callback, delayMs).unref();
`,
  'test/cookies.js': `import { parseSetCookie } from '../lib/cookies/parse.js';

export function testParseSetCookie() {
  return parseSetCookie('a=b; Secure');
}
`,
};

export interface SearchCorpus {
  readonly docs: string;
  readonly code: string;
}

export function writeSearchCorpus(): SearchCorpus {
  const root = temporaryFolder('search-corpus');
  for (const [folder, files] of Object.entries({ docs: documents, code }))
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  return { docs: join(root, 'docs'), code: join(root, 'code') };
}

export interface Searching {
  /** Runs a qdx command against the server. */
  qdx(args: readonly string[], input?: string): Promise<QdxRun>;
  /** Runs `qdx search … --json` and gives the document. @throws where it did not end with 0. */
  search(...args: string[]): Promise<SearchDocument>;
}

export interface SearchDocument extends Pick<SearchResponse, 'numCandidates' | 'rerankTimeMs' | 'reranking'> {
  readonly mode: string;
  readonly mergedBy: string;
  readonly collections: readonly { readonly name: string; readonly mode: string }[];
  readonly hits: readonly SearchedHit[];
}

interface SearchedHit {
  readonly rank: number;
  readonly score: number;
  readonly collection: string;
  readonly id: string;
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  readonly cosine?: number;
  readonly rerankScore?: number;
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  readonly groupSize?: number;
  readonly stages?: Readonly<Record<string, { readonly rank?: number; readonly score: number }>>;
  readonly signals?: Readonly<Record<string, number>>;
}

export function searchingOn(server: RunningQdrant, home: string): Searching {
  const qdx = (args: readonly string[], input?: string) =>
    runQdx(args, { home, env: { QDRANT_URL: server.url }, ...(input !== undefined && { input }) });
  return {
    qdx,
    search: async (...args) => {
      const { stdout, stderr, exitCode } = await qdx(['search', ...args, '--json']);
      if (exitCode !== 0) throw new Error(`exit ${exitCode}: ${stderr}`);
      return JSON.parse(stdout) as SearchDocument;
    },
  };
}
