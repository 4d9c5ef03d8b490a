/**
 * Collections that qdx did not make, with the real built-in model.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import { readCard } from '../../../src/core/qdrant/collection/card-store.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import type * as FindModel from '../../../src/core/models/find-model.ts';
import type * as OpenEncoder from '../../../src/core/models/open-encoder.ts';
import type { Encoder } from '../../../src/core/models/encoder.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { runQdx, temporaryHome } from '../../helpers/run-qdx.ts';

let server: RunningQdrant;
let connection: Connection;
let encoder: Encoder;
let home = '';
let number = 0;
let name = '';

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
  home = temporaryHome();
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
  name = `a${++number}`;
});

const texts = ['open a file', 'close the window', 'a cat on a mat', 'vectors of floating point numbers', 'ship it'];

/** As another program would have made it: `text` and `file` in the payload. */
async function foreignCollection(
  vectors: unknown,
  place: (vector: number[]) => unknown,
  change = (vector: number[]) => vector,
) {
  await connection.request('PUT', `/collections/${name}`, { body: { vectors } });
  const points = await Promise.all(
    texts.map(async (text, id) => {
      const { vector } = await encoder.encode(text, { role: 'document' });
      return { id, vector: place(change([...vector])), payload: { text, file: `src/${id}.txt`, n: id } };
    }),
  );
  await connection.request('PUT', `/collections/${name}/points`, { query: { wait: true }, body: { points } });
}

const adopt = (...args: string[]) =>
  runQdx(['collections', 'adopt', name, '--model', 'all-MiniLM-L6-v2', ...args], {
    env: { QDRANT_URL: server.url },
    home,
  });

const size = { size: 384, distance: 'Cosine' };

describe('qdx collections adopt', () => {
  test('writes the card once the vectors came out the same', async () => {
    await foreignCollection(size, (vector) => vector);
    const rehearsed = await adopt('--text-field', 'text', '--dry-run');
    expect(rehearsed).toMatchObject({ exitCode: 0 });
    expect(await readCard(connection, name)).toBeNull();
    const run = await adopt('--text-field', 'text', '--path-field', 'file', '--description', 'Old notes');
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stdout).toMatch(
      /5 points of a\d+ embedded again with all-MiniLM-L6-v2: lowest cosine (1\.0000|0\.999\d)/u,
    );
    expect(await readCard(connection, name)).toMatchObject({
      model: { name: 'all-MiniLM-L6-v2' },
      vectorName: '',
      sparseName: null,
      payloadKeys: { content: 'text', source_path: 'file' },
      description: 'Old notes',
    });
    expect(run.stderr, 'Node warns of nothing').not.toMatch(/Warning:/u);
    const again = await adopt('--text-field', 'text');
    expect(again).toMatchObject({ exitCode: 8, stderr: expect.stringContaining('has a card already') });
  });

  test('one vector of several is named', async () => {
    await foreignCollection({ text: size, image: size }, (vector) => ({ text: vector, image: vector }));
    const unnamed = await adopt('--text-field', 'text');
    expect(unnamed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('name one with --vector: ') });
    expect((await adopt('--text-field', 'text', '--vector', 'text')).exitCode).toBe(0);
    expect(await readCard(connection, name)).toMatchObject({ vectorName: 'text' });
  });

  test('F19: refused with the cosine seen where another model made them', async () => {
    const reversed = (vector: number[]) => vector.toReversed();
    await foreignCollection(size, (vector) => vector, reversed);
    const run = await adopt('--text-field', 'text');
    expect(run.exitCode).toBe(8);
    expect(run.stderr).toMatch(
      /the vectors of a\d+ are not those that all-MiniLM-L6-v2 gives: the lowest cosine of 5 samples is -?0\.\d{4}/u,
    );
    expect(await readCard(connection, name)).toBeNull();
  });

  test('refused where the text is somewhere else, naming the keys there are', async () => {
    await foreignCollection(size, (vector) => vector);
    const run = await adopt();
    expect(run.exitCode).toBe(8);
    expect(run.stderr).toContain('has text under the payload key "content"');
    expect(run.stderr).toContain('there are: file, text');
  });

  test('refused where the dimension is another one', async () => {
    await connection.request('PUT', `/collections/${name}`, { body: { vectors: { size: 768, distance: 'Cosine' } } });
    const run = await adopt();
    expect(run).toMatchObject({
      exitCode: 8,
      stderr: expect.stringContaining('768 dimensions; all-MiniLM-L6-v2 gives 384'),
    });
  });

  test.each([
    ['a datatype that cuts', { ...size, datatype: 'uint8' }, 'datatype should be float32, it has uint8'],
    ['several vectors a point', { ...size, multivector_config: { comparator: 'max_sim' } }, 'it has a multi-vector'],
  ])('F18: refused before a point is read: %s', async (_title, vectors, words) => {
    await connection.request('PUT', `/collections/${name}`, { body: { vectors } });
    const run = await adopt('--text-field', 'text');
    expect([run.exitCode, run.stderr]).toEqual([8, expect.stringContaining(words)]);
  });

  test('a collection that is not there', async () => {
    expect(await adopt()).toMatchObject({ exitCode: 6 });
  });
});
