/** The encoder as commands use it, from dist: real model, real processes. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { findLocalModel } from '../../../dist/core/models/find-model.js';
import type { FoundModel } from '../../../dist/core/models/found-model.js';
import { type EncoderOptions, openEncoder } from '../../../dist/core/models/open-encoder.js';
import type { EncodedText, Encoder } from '../../../src/core/models/encoder.ts';
import type { QdxEvent } from '../../../src/lib/events.ts';
import { tinyModel, tinyRepository, tinyRow, tinyTable, writeFiles } from '../../helpers/onnx-model.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

const cacheFolder = temporaryFolder('cache');
const builtIn = await findLocalModel('all-MiniLM-L6-v2', { cacheFolder });
const opened: Encoder[] = [];
afterEach(async () => {
  for (const encoder of opened.splice(0)) await encoder.close();
});

const events: QdxEvent[] = [];
async function open(
  options: Partial<EncoderOptions>,
  model: FoundModel = builtIn,
  signal?: AbortSignal,
): Promise<Encoder> {
  events.length = 0;
  const run = { onEvent: (event: QdxEvent) => events.push(event), ...(signal && { signal }) };
  const encoder = await openEncoder(model, { device: 'cpu', workers: 2, use: 'bulk', cacheFolder, ...options }, run);
  opened.push(encoder);
  return encoder;
}

const texts = Array.from(
  { length: 24 },
  (_, index) =>
    `Text number ${index}: ${'how a client tries again when a server is busy. '.repeat(1 + ((index * 7) % 23))}`,
);
const hex = ({ vector }: EncodedText): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('hex');
const encodeAll = async (encoder: Encoder, order: readonly string[]): Promise<Map<string, string>> => {
  const vectors = await Promise.all(
    order.map(async (text) => [text, hex(await encoder.encode(text, { role: 'document' }))] as const),
  );
  return new Map(vectors);
};
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

const layouts: readonly [string, Partial<EncoderOptions>, (all: readonly string[]) => readonly string[]][] = [
  ['one worker', { workers: 1 }, (all) => all],
  ['two workers', { workers: 2 }, (all) => all],
  ['three workers, backwards', { workers: 3 }, (all) => all.toReversed()],
  ['two workers, each text twice', { workers: 2 }, (all) => [...all, ...all]],
  ['the calling thread', { use: 'query' }, (all) => all],
  ['the calling thread, from the mapped file', { use: 'query' }, (all) => all],
];

const reference = await (async () => {
  const encoder = await openEncoder(builtIn, { device: 'cpu', workers: 1, use: 'bulk', cacheFolder });
  const vectors = await encodeAll(encoder, texts);
  await encoder.close();
  return vectors;
})();

test.each(layouts)('%s: vectors have the same bytes', async (_what, options, order) => {
  expect(await encodeAll(await open(options), order(texts))).toEqual(reference);
});

test('the first query writes the mapped file, which all later ones use; a spoilt one is written anew', async () => {
  const folder = temporaryFolder('cache');
  const mapped = join(folder, 'mapped-models');
  await open({ use: 'query', cacheFolder: folder });
  const [file] = readdirSync(mapped);
  expect(file).toMatch(/^7e16fecf.*-ort-1\.30\.0-.*\.ort$/);
  writeFileSync(join(mapped, file!), 'spoilt');
  const encoder = await open({ use: 'query', cacheFolder: folder });
  expect(hex(await encoder.encode(texts[0]!, { role: 'document' }))).toBe(reference.get(texts[0]!));
  expect(readdirSync(mapped)).toEqual([file]);
});

test('a cache folder that cannot be written does not stop a query', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  const encoder = await open({ use: 'query', cacheFolder: file });
  expect(hex(await encoder.encode(texts[0]!, { role: 'document' }))).toBe(reference.get(texts[0]!));
});

test.each(['query', 'bulk'] as const)('%s: token vectors are unit rows of the text’s own tokens', async (use) => {
  const encoder = await open({ use });
  const { tokenVectors, tokenCount, vector } = await encoder.encode('read a file line by line', {
    role: 'document',
    tokenVectors: true,
  });
  expect(tokenVectors?.length).toBe((tokenCount - 2) * 384);
  const rows = Array.from({ length: tokenCount - 2 }, (_, row) => tokenVectors!.subarray(row * 384, (row + 1) * 384));
  for (const row of rows) expect(Math.hypot(...row)).toBeCloseTo(1, 5);
  expect(Math.max(...rows.map((row) => dot(row, vector)))).toBeLessThan(1);
  expect((await encoder.encode('read', { role: 'document' })).tokenVectors).toBeUndefined();
});

test('F33: a text that is cut says so, an empty one is turned away, both roles', async () => {
  const encoder = await open({});
  expect(await encoder.encode('file '.repeat(400), { role: 'document' })).toMatchObject({
    truncated: true,
    tokenCount: 256,
  });
  await expect(encoder.encode(' \n', { role: 'document' })).rejects.toMatchObject({ kind: 'usage' });
  await expect(encoder.encode('', { role: 'query' })).rejects.toMatchObject({
    kind: 'usage',
    message: 'an empty query has no vector',
  });
});

test('processes get what native libraries look at, and no token of the caller', async () => {
  const environment = {
    ...process.env,
    HF_TOKEN: 'hf_secret',
    QDRANT_API_KEY: 'key_secret',
    CUDA_VISIBLE_DEVICES: '1',
    LD_LIBRARY_PATH: '/opt/lib',
  };
  process.env['HF_TOKEN'] = 'hf_inherited';
  await open({ workers: 1, environment });
  delete process.env['HF_TOKEN'];
  const [pid = ''] = children();
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  expect(entries).toContain('LD_LIBRARY_PATH=/opt/lib');
  expect(entries).toContain('CUDA_VISIBLE_DEVICES=1');
  expect(entries).toContain(`PATH=${process.env['PATH']}`);
  expect(entries.filter((entry) => /TOKEN|API_KEY|secret|inherited/.test(entry))).toEqual([]);
});

const children = (): string[] =>
  execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('model-process'))
    .map((line) => line.trim().split(' ')[0]!);

test('F34: a worker that dies of SIGSEGV costs nothing: its texts are encoded by a new one', async () => {
  const encoder = await open({});
  const running = encodeAll(encoder, texts);
  const [victim] = children();
  process.kill(Number(victim), 'SIGSEGV');
  expect(await running).toEqual(reference);
  await expect.poll(() => JSON.stringify(events)).toContain('SIGSEGV');
});

test('F34: an abort answers at once and leaves no process', async () => {
  const controller = new AbortController();
  const encoder = await open({}, builtIn, controller.signal);
  const running = Promise.allSettled(texts.map((text) => encoder.encode(text, { role: 'document' })));
  controller.abort();
  const results = await running;
  expect(
    results.every(
      (result) => result.status === 'rejected' && (result.reason as { kind?: string }).kind === 'interrupted',
    ),
  ).toBe(true);
  await expect.poll(children).toEqual([]);
});

test('a closed encoder leaves no process', async () => {
  const encoder = await open({});
  expect(children()).toHaveLength(2);
  await encoder.close();
  await expect.poll(children).toEqual([]);
});

const tiny = async (
  options: Parameters<typeof tinyRepository>[0] = {},
  pooling?: Record<string, unknown>,
): Promise<FoundModel> => {
  const folder = temporaryFolder('tiny');
  writeFiles(folder, tinyRepository(options, pooling));
  if (options.external) writeFiles(folder, { [`onnx/${options.external.location}`]: tinyTable() });
  return findLocalModel(folder, { cacheFolder });
};

/** Tokens of `read file`: [CLS] read file [SEP]. */
const tokens = [2, 7, 8, 3];
const unit = (vector: readonly number[]): number[] => vector.map((value) => value / Math.hypot(...vector));
const meanOf = (rows: readonly number[][]): number[] =>
  rows[0]!.map((_, column) => rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length);
const cls = unit(tinyRow(2));
const mean = unit(meanOf(tokens.map((id) => tinyRow(id))));

const graphs: readonly [string, Parameters<typeof tinyRepository>, readonly number[], number][] = [
  ['mean pooling', [], mean, 6],
  ['CLS pooling', [{}, { pooling_mode_cls_token: true }], cls, 6],
  ['last-token pooling', [{}, { pooling_mode_lasttoken: true }], unit(tinyRow(3)), 6],
  ['ids as the only input', [{ inputs: ['input_ids'] }], mean, 6],
  ['all known inputs', [{ inputs: ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'] }], mean, 6],
  ['half floats', [{ output: 'half' }], mean, 2],
  ['a graph that pools by itself', [{ output: 'pooled' }], mean, 6],
  ['weights in a file beside it', [{ external: { location: 'weights.bin' } }], mean, 6],
];

test.each(graphs)('a model with %s', async (_what, parameters, expected, digits) => {
  for (const use of ['query', 'bulk'] as const) {
    const { vector } = await (
      await open({ use, workers: 1 }, await tiny(...parameters))
    ).encode('read file', { role: 'document' });
    expected.forEach((value, index) => expect(vector[index]).toBeCloseTo(value, digits));
  }
});

test('the prefix of a query is embedded, a document has none', async () => {
  const encoder = await open({ use: 'query' }, await tiny());
  const [query, document, written] = [
    await encoder.encode('read', { role: 'query' }),
    await encoder.encode('read', { role: 'document' }),
    await encoder.encode('query: read', { role: 'document' }),
  ];
  expect([query.tokenCount, document.tokenCount]).toEqual([5, 3]);
  expect(hex(query)).toBe(hex(written));
});

test('a pruned graph is never used where token vectors are wanted', async () => {
  const encoder = await open({ workers: 1 }, await tiny({ output: 'pooled' }));
  await expect(encoder.encode('read file', { role: 'document', tokenVectors: true })).rejects.toMatchObject({
    kind: 'usage',
    hint: expect.stringContaining('last_hidden_state') as string,
  });
});

test('F30: a file that is not that of its card is not loaded', async () => {
  const model = await tiny();
  writeFileSync(model.modelFile, tinyModel({ vocabulary: 64 }));
  await expect(open({}, model)).rejects.toMatchObject({ kind: 'verification' });
  await expect(open({ use: 'query', cacheFolder: temporaryFolder('cache') }, model)).rejects.toMatchObject({
    kind: 'verification',
  });
});

test('F31: external data that leaves the folder is refused before the native load', async () => {
  const model = await tiny();
  const hostile = tinyModel({ external: { location: '../../../../etc/passwd' } });
  writeFileSync(model.modelFile, hostile);
  const card = { ...model.card, sha256: null };
  for (const use of ['query', 'bulk'] as const)
    await expect(open({ use }, { ...model, card })).rejects.toMatchObject({ kind: 'refused' });
});

test('a card of another dimension is refused', async () => {
  const model = await tiny();
  const encoder = await open({ use: 'query' }, { ...model, card: { ...model.card, dimension: 8 } });
  await expect(encoder.encode('read', { role: 'document' })).rejects.toMatchObject({
    kind: 'verification',
    message: expect.stringContaining('gives 4 dimensions') as string,
  });
});

test('--device cuda fails here with the name of what is missing, auto runs on CPU', async () => {
  expect((await open({ device: 'auto' })).device).toBe('cpu');
  if (existsSync('/dev/nvidia0')) return;
  await expect(open({ device: 'cuda' })).rejects.toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('--device cuda cannot be had') as string,
  });
});

const sharedModel = fileURLToPath(
  new URL('../../../../shared/models/all-MiniLM-L6-v2/onnx/model.onnx', import.meta.url),
);
const whyNot = existsSync(sharedModel) ? '' : ' (skipped: ../shared/models has no fp32 file here)';

test.skipIf(whyNot !== '')(`padded batches of an fp32 model give the vectors of single texts${whyNot}`, async () => {
  const { createProcessEncoder } = await import('../../../dist/core/models/encoders/process-encoder.js');
  const model = { ...builtIn, modelFile: sharedModel, card: { ...builtIn.card, sha256: null } };
  const [single, padded] = await Promise.all(
    [0, 2048].map((batchTokens) =>
      createProcessEncoder(model, { workers: 1, device: { provider: 'cpu' }, batchTokens }, {}),
    ),
  );
  opened.push(single!, padded!);
  const vectors = async (encoder: Encoder): Promise<EncodedText[]> =>
    Promise.all(texts.map((text) => encoder.encode(text, { role: 'document', tokenVectors: true })));
  const [one, many] = [await vectors(single!), await vectors(padded!)];
  one.forEach(({ vector, tokenVectors, tokenCount }, index) => {
    expect(dot(vector, many[index]!.vector)).toBeGreaterThan(0.99999);
    expect(many[index]).toMatchObject({ tokenCount });
    expect(many[index]!.tokenVectors!.length).toBe(tokenVectors!.length);
  });
});
