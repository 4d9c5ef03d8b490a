/**
 * F34: texts that native code does not survive, in a run of many. Such a crash cannot be ordered from ONNX Runtime: the
 * encoder's processes are played here, in this one; pool, embedding, collection and files are the real ones.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { settingsSchema } from '../../../src/core/config/schema.ts';
import type { EncodedText } from '../../../src/core/models/encoder.ts';
import type { TextRequest } from '../../../src/core/models/encoders/text-encoder.ts';
import type { WorkerListeners } from '../../../src/core/models/workers/worker.ts';
import type { WorkerOrder } from '../../../src/core/models/workers/messages.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { type EmbedDestination, embedCorpus, type EmbedParams } from '../../../src/core/embed/embed.ts';
import { openVectorsRun } from '../../../src/core/vectors/run-files.ts';
import { wholeRun } from '../../../src/core/vectors/shard.ts';
import { connectTo } from '../../helpers/connection.ts';
import { corpusFolder, pathsOf, sectionText, writeFiles } from '../../helpers/embed-corpus.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

vi.mock('../../../src/core/models/workers/worker.ts', async (original) => ({
  ...(await original<object>()),
  startWorker: (...parts: unknown[]) => playedWorker(parts.at(-1) as WorkerListeners<EncodedText>),
}));

/** Ends with SIGSEGV when it begins a text with `hostile` in it. */
function playedWorker({ onAnswer, onEnd }: WorkerListeners<EncodedText>) {
  let dead = false;
  const obey = (order: WorkerOrder<TextRequest>): void => {
    if (dead || order.type !== 'work') return;
    dead = order.requests.some(({ text }) => text.includes('hostile'));
    if (dead) onEnd('SIGSEGV', '');
    else
      onAnswer({
        type: 'done',
        id: order.id,
        results: order.requests.map(({ text }) => ({
          vector: Float32Array.from({ length: 384 }, (_, index) => Math.sin(text.length + index) / Math.sqrt(192)),
          tokenCount: 9,
          truncated: false,
        })),
      });
  };
  setImmediate(() => onAnswer({ type: 'ready' }));
  return {
    pid: undefined,
    send: (order: WorkerOrder<TextRequest>) => void setImmediate(obey, order),
    kill: () => (dead = true),
  };
}

let server: RunningQdrant;
let connection: Connection;
let number = 0;
let folder = '';
let base: Omit<EmbedParams, 'destination' | 'roots'>;

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  const home = temporaryFolder('home');
  const folders = { cache: join(home, 'cache'), data: join(home, 'data') };
  const settings = settingsSchema.parse({});
  base = {
    settings: { ...settings, embed: { ...settings.embed, workers: 2, tokenVectors: false } },
    description: '',
    readers: {},
    shard: wholeRun,
    prune: false,
    pruneExcluded: false,
    allowPruneAll: false,
    isMoved: false,
    breakLock: false,
    dryRun: false,
    folders,
    commandLine: 'qdx embed',
    qdxVersion: '0',
    startedAt: 0,
  };
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});
beforeEach(() => {
  folder = corpusFolder({ 'a.md': sectionText(1), 'b.md': sectionText(2), 'c.md': sectionText(3) });
});

const hostile = '# Title\n\nA hostile text.\n';
const embed = (destination: EmbedDestination, changes: Partial<EmbedParams> = {}, warnings: string[] = []) =>
  embedCorpus(
    { ...base, destination, roots: [{ path: folder, source: 'docs' }], ...changes },
    { onEvent: (event) => event.type === 'warning' && warnings.push(event.message) },
  );
const collection = (): EmbedDestination => ({
  kind: 'collection',
  name: `c${number}`,
  connect: async () => connection,
});

test('the chunk is counted and named, all others are written, and what its file had is kept', async () => {
  number++;
  expect(await embed(collection())).toMatchObject({ written: 3, rejected: 0, isComplete: true });
  writeFiles(folder, { 'b.md': hostile, 'c.md': sectionText(9) });
  const warnings: string[] = [];
  const summary = await embed(collection(), { prune: true }, warnings);
  expect(summary).toMatchObject({ unchanged: 1, embedded: 1, written: 1, rejected: 1, removed: 1, isComplete: false });
  expect(summary.kept).toEqual({ points: 1, files: 1, examples: ['docs/b.md'] });
  expect(summary.firstRejects).toMatchObject([
    { source: 'docs', path: 'b.md', startLine: 1, reason: expect.stringContaining('ended twice (SIGSEGV)') as string },
  ]);
  expect(warnings).toContainEqual(expect.stringContaining('docs/b.md:1 is left out'));
  expect(await pathsOf(connection, `c${number}`)).toEqual(['docs/a.md', 'docs/b.md', 'docs/c.md']);
  writeFiles(folder, { 'b.md': sectionText(7) });
  expect(await embed(collection())).toMatchObject({ written: 1, removed: 1, rejected: 0, isComplete: true });
});

test('also where there is nothing else to write', async () => {
  number++;
  await embed(collection());
  writeFiles(folder, { 'd.md': hostile });
  expect(await embed(collection())).toMatchObject({ unchanged: 3, written: 0, rejected: 1, isComplete: false });
});

test('a vectors file says how many are missing, and is whole without them', async () => {
  writeFiles(folder, { 'b.md': hostile });
  const path = join(temporaryFolder('out'), 'v.jsonl');
  expect(await embed({ kind: 'vectors', path })).toMatchObject({ written: 2, rejected: 1, isComplete: false });
  const { header, files } = await openVectorsRun([path]);
  expect([header.count, header.totalCount, files[0]?.footer]).toEqual([
    2,
    3,
    expect.objectContaining({ count: 2, rejected: 1 }),
  ]);
});

test('where every text ends its process, the run ends: it is not the text', async () => {
  number++;
  for (let file = 0; file < 9; file++)
    writeFileSync(join(folder, `${file}.md`), `# ${file}\n\nA hostile text ${file}.\n`);
  for (const name of ['a.md', 'b.md', 'c.md']) writeFileSync(join(folder, name), hostile);
  await expect(embed(collection())).rejects.toThrow('ended twice (SIGSEGV)');
});
