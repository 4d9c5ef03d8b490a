/**
 * Vectors that another file of the collection's model is said to have made, checked with the real built-in model.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { embeddedText } from '../../../src/core/corpus/template.ts';
import { builtInCards } from '../../../src/core/models/cards/built-in-cards.ts';
import type { ModelCard } from '../../../src/core/models/cards/card.ts';
import type { Encoder } from '../../../src/core/models/encoder.ts';
import type * as FindModel from '../../../src/core/models/find-model.ts';
import type * as OpenEncoder from '../../../src/core/models/open-encoder.ts';
import { readCard } from '../../../src/core/qdrant/collection/card-store.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { countPoints } from '../../../src/core/qdrant/collection/points.ts';
import { writeVectorsFile } from '../../../src/core/vectors/write-file.ts';
import { fromList, uuidOf } from '../../helpers/collection-card.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { header } from '../../helpers/vectors-file.ts';

let server: RunningQdrant;
let connection: Connection;
let encoder: Encoder;
let number = 0;
let name = '';
const home = temporaryHome();

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  // Built code: the encoder may start workers of its own.
  const dist = (path: string) => fileURLToPath(new URL(`../../../dist/core/models/${path}`, import.meta.url));
  const { findModel } = (await import(dist('find-model.js'))) as typeof FindModel;
  const { openEncoder } = (await import(dist('open-encoder.js'))) as typeof OpenEncoder;
  const model = await findModel('all-MiniLM-L6-v2', { cacheFolder: home });
  encoder = await openEncoder(model, { device: 'cpu', workers: 1, use: 'query', cacheFolder: home });
});
afterAll(async () => {
  await encoder.close();
  await connection.close();
  await server.stop();
});
beforeEach(() => {
  name = `p${++number}`;
});

const texts = ['open a file', 'close the window', 'a cat on a mat'];
const builtIn = builtInCards[0] as ModelCard;
const otherFile: ModelCard = { ...builtIn, file: 'onnx/model_fp16.onnx', sha256: 'f'.repeat(64), dtype: 'fp16' };

/** `wrong`: the vectors of other texts. */
async function vectorsFile(model: ModelCard, firstId: number, wrong = false): Promise<string> {
  const path = join(temporaryFolder(), 'vectors.jsonl');
  const head = header({ model, count: texts.length, totalCount: texts.length, runId: `run ${firstId}` });
  const template = head.chunking?.template ?? '';
  const records = await Promise.all(
    texts.map(async (content, index) => {
      const payload = { content, source: 'docs', source_path: 'a.md' };
      const text = embeddedText(wrong ? { ...payload, content: 'something else' } : payload, template);
      return {
        id: uuidOf(firstId + index),
        vector: (await encoder.encode(text, { role: 'document' })).vector,
        payload,
      };
    }),
  );
  await writeVectorsFile(path, head, fromList(records), { format: 'base64' });
  return path;
}

const upload = (path: string, ...more: readonly string[]) =>
  runQdx(['upload', path, '--collection', name, ...more], { env: { QDRANT_URL: server.url }, home });

describe('another file of the same space', () => {
  test('passes when its vectors are those of the model, and is recorded', async () => {
    expect(await upload(await vectorsFile(builtIn, 0))).toMatchObject({ exitCode: 0 });
    const run = await upload(await vectorsFile(otherFile, 100));
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('is of the same space as the collection'),
    });
    expect(await readCard(connection, name)).toMatchObject({
      model: { dtype: 'int8' },
      alsoEmbeddedBy: [{ file: 'onnx/model_fp16.onnx', sha256: 'f'.repeat(64), dtype: 'fp16' }],
    });
    expect(await countPoints(connection, name)).toBe(6);
  });

  test('is refused with the cosine seen when they are not, and nothing is written', async () => {
    await upload(await vectorsFile(builtIn, 0));
    const run = await upload(await vectorsFile(otherFile, 100, true));
    expect(run.exitCode).toBe(8);
    expect(run.stderr).toMatch(
      /the vectors to upload are not those that all-MiniLM-L6-v2 gives: the lowest cosine of 3/u,
    );
    expect(await countPoints(connection, name)).toBe(3);
    expect(await readCard(connection, name)).not.toHaveProperty('alsoEmbeddedBy');
  });
});

describe('vectors against their own texts, before anything is written', () => {
  const before = () => listCollections(connection);

  test("a vectors file of the model's own name and file whose vectors are of other texts is refused", async () => {
    const run = await upload(await vectorsFile(builtIn, 0, true));
    expect([run.exitCode, run.stderr]).toEqual([
      8,
      expect.stringContaining('the vectors to upload are not those that all-MiniLM-L6-v2 gives'),
    ]);
    expect((await before()).map(({ physical }) => physical)).not.toContain(`${name}__1`);
  });

  test('plain lines: vectors of no model are refused, with --force too; --no-check-vectors takes them', async () => {
    const path = plainLines(() => Array.from({ length: 384 }, (_, index) => Math.sin(index * index + 1)));
    for (const more of [[], ['--force', '--yes'], ['--dry-run']]) {
      const run = await upload(path, '--model', 'all-MiniLM-L6-v2', ...more);
      expect([run.exitCode, run.stderr]).toEqual([8, expect.stringContaining('have nothing to do with their texts')]);
      expect(run.stderr).toContain('--no-check-vectors');
      expect((await before()).map(({ physical }) => physical)).not.toContain(`${name}__1`);
    }
    expect(await upload(path, '--model', 'all-MiniLM-L6-v2', '--no-check-vectors')).toMatchObject({ exitCode: 0 });
  });

  test('plain lines: vectors of the content with a title before it pass, and it is said', async () => {
    const vectors = await Promise.all(
      texts.map(async (text) => (await encoder.encode(`Notes of the house\n${text}`, { role: 'document' })).vector),
    );
    const run = await upload(
      plainLines((index) => [...(vectors[index] ?? [])]),
      '--model',
      'all-MiniLM-L6-v2',
    );
    expect([run.exitCode, run.stderr]).toEqual([
      0,
      expect.stringContaining('all-MiniLM-L6-v2 was given other text than "content" alone for these vectors'),
    ]);
  });

  test.each([
    ['no record holds its text', 'all-MiniLM-L6-v2', 'no record says what its text was', {}],
    ['the model is not on this machine', 'nomic-ai/CodeRankEmbed', 'nomic-ai/CodeRankEmbed', { content: 'a text' }],
  ])('plain lines: %s: said to be not checked', async (_title, model, why, payload) => {
    const vector = Array.from({ length: model.startsWith('nomic') ? 768 : 384 }, (_, index) => index + 1);
    const run = await upload(
      plainLines(() => vector, payload),
      '--model',
      model,
    );
    expect([run.exitCode, run.stderr]).toEqual([0, expect.stringContaining(`${model}'s was not checked: `)]);
    expect(run.stderr).toContain(why);
  });
});

/** A line a text. `payload` absent: its content. */
function plainLines(vectorOf: (index: number) => number[], payload?: object): string {
  const path = join(temporaryFolder(), 'lines.jsonl');
  const line = (content: string, index: number) =>
    JSON.stringify({ id: index, vector: vectorOf(index), payload: payload ?? { content } });
  writeFileSync(path, texts.map(line).join('\n'));
  return path;
}
