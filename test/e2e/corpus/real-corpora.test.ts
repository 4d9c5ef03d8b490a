/**
 * Real files, cut with the built-in model's own tokenizer.
 */
import { execFile } from 'node:child_process';
import { access, chmod, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Chunk } from '../../../src/core/corpus/chunk.ts';
import { openTokenizer } from '../../../src/core/models/open-tokenizer.ts';
import type { Tokenizer } from '../../../src/core/models/tokenizer.ts';
import { folderOf, readFolder, settings } from '../../unit/corpus/support.ts';

const model = path.resolve('models/all-MiniLM-L6-v2');
const maxTokens = 256;
let tokenizer: Tokenizer;

beforeAll(async () => {
  tokenizer = await openTokenizer({
    tokenizerFile: path.join(model, 'tokenizer.json'),
    tokenizerConfigFile: path.join(model, 'tokenizer_config.json'),
  });
});

async function byFile(root: string): Promise<Map<string, Chunk[]>> {
  const { chunks, summary } = await readFolder(root, { tokenizer, chunking: settings(maxTokens) });
  const files = new Map<string, Chunk[]>();
  for (const chunk of chunks)
    files.set(chunk.payload.source_path, [...(files.get(chunk.payload.source_path) ?? []), chunk]);
  expect(files.size).toBe(summary.files);
  return files;
}

/** Files that are not whole in their chunks, and texts that the encoder would cut or count otherwise. */
async function faultsIn(root: string): Promise<string[]> {
  const faults: string[] = [];
  for (const [file, chunks] of await byFile(root)) {
    const text = (await readFile(path.join(root, file), 'utf8')).replace(/^\uFEFF/, '');
    if (chunks.map((chunk) => chunk.payload.content).join('') !== text) faults.push(`${file} is not whole`);
    for (const { text: embedded, tokenCount, payload } of chunks) {
      const { ids, truncated } = tokenizer.encode(embedded, maxTokens);
      if (truncated || ids.length !== tokenCount) faults.push(`${file}:${payload.start_line} has ${ids.length} tokens`);
    }
  }
  return faults;
}

const corpora = path.resolve('../shared/corpora');
const present = await access(corpora).then(
  () => true,
  () => false,
);

describe.skipIf(!present)(`the four collections (skipped where ${corpora} is absent)`, () => {
  test.each(['agent_kit', 'docling', 'inngest_overall', 'qdrant_ecosystem'])(
    'F33: no text of %s is cut off by the tokenizer, no line lost',
    async (name) => expect(await faultsIn(path.join(corpora, name))).toEqual([]),
  );

  test('every docling document gives chunks within the limit, its origin exact', async () => {
    const files = await byFile(path.join(corpora, 'docling_json'));
    expect(files.size).toBe((await readdir(path.join(corpora, 'docling_json'))).length);
    for (const [file, chunks] of files) {
      const [, hash] =
        /"binary_hash":\s*(\d+)/.exec(await readFile(path.join(corpora, 'docling_json', file), 'utf8')) ?? [];
      for (const { payload, tokenCount } of chunks) {
        expect(tokenCount).toBeLessThanOrEqual(maxTokens);
        expect(String((payload['origin'] as { binary_hash: unknown }).binary_hash)).toBe(hash);
      }
    }
  });
});

test.each(['commander', 'csv-parse', 'execa'])(
  'F33: code and pages of %s, within the limit and whole',
  async (name) => {
    expect(await faultsIn(path.resolve('node_modules', name))).toEqual([]);
  },
);

test('F33: empty files and files of white space give no chunks and are counted', async () => {
  const { chunks, summary } = await readFolder(await folderOf({ 'a.md': '', 'b.ts': '\n\n', 'c.txt': ' ' }), {
    tokenizer,
  });
  expect(chunks).toEqual([]);
  expect(summary.skipped.empty?.count).toBe(3);
});

test('F43: a folder and a file that may not be read are counted, the rest is read', async () => {
  const root = await folderOf({ 'a.md': 'x', 'closed/b.md': 'x', 'c.md': 'x' });
  for (let at = root; at !== path.dirname(at) && at !== '/tmp'; at = path.dirname(at)) await chmod(at, 0o755);
  await chmod(path.join(root, 'closed'), 0);
  await chmod(path.join(root, 'c.md'), 0);
  const script = `
    const { walk } = await import(${JSON.stringify(path.resolve('dist/core/corpus/walk/walk.js'))});
    const { readFileText } = await import(${JSON.stringify(path.resolve('dist/core/corpus/readers/file-text.js'))});
    const { SkipLog } = await import(${JSON.stringify(path.resolve('dist/core/corpus/skips.js'))});
    const skips = new SkipLog();
    const read = [];
    const options = { include: [], exclude: [], includeSecrets: false, followLinks: false };
    const context = { maxFileBytes: 1000, includeSecrets: false, onSkip: (...skip) => skips.add(...skip) };
    for await (const file of walk(${JSON.stringify(root)}, options, skips)) {
      if (await readFileText(file, context) !== undefined) read.push(file.path);
    }
    console.log(JSON.stringify({ read, skipped: skips.toRecord() }));`;
  // Root may read everything: as root the walk runs as another user.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], user);
  await chmod(path.join(root, 'closed'), 0o755);
  expect(JSON.parse(stdout)).toEqual({
    read: ['a.md'],
    skipped: { unreadable: { count: 2, examples: ['c.md (EACCES)', 'closed/ (EACCES)'] } },
  });
});
