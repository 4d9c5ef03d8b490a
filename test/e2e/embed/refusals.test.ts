/**
 * What must not be embedded into: another vector space, another shape, points of an unknown model. Nothing is written then.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readCard, writeCard } from '../../../src/core/qdrant/collection/card-store.ts';
import type { CollectionCard } from '../../../src/core/qdrant/collection/collection-card.ts';
import { countPoints, scrollPoints } from '../../../src/core/qdrant/collection/points.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { connectTo } from '../../helpers/connection.ts';
import { contentsOf, corpusFolder, manyFiles, runEmbed, sectionText, writeFiles } from '../../helpers/embed-corpus.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryHome } from '../../helpers/run-qdx.ts';

let server: RunningQdrant;
let connection: Connection;
let number = 0;
let name = '';
const home = temporaryHome();
const folder = corpusFolder(manyFiles(2, 3));

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});
beforeEach(() => {
  name = `c${++number}`;
});

const embed = (...args: string[]) => runEmbed(server, ['-c', name, folder, ...args], { home });
async function changeModel(change: Partial<CollectionCard['model']>): Promise<void> {
  const card = (await readCard(connection, name)) as CollectionCard;
  await writeCard(connection, `${name}__1`, { ...card, model: { ...card.model, ...change } });
}

test.each([
  ['pooling', { pooling: 'cls' } as const, 'another vector space (pooling '],
  ['prefix', { documentPrefix: 'passage: ' }, 'documentPrefix'],
  ['token limit', { maxTokens: 128 }, 'maxTokens 128 against 256'],
  ['model', { name: 'other', repository: 'someone/other' }, 'holds vectors of other'],
])('F19: a collection of another %s is refused before anything is read', async (_title, change, message) => {
  await embed();
  await changeModel(change);
  const before = await contentsOf(connection, name);
  const run = await embed('--no-cache');
  expect([run.exitCode, run.stderr]).toEqual([8, expect.stringContaining(message)]);
  expect(run.stderr).not.toContain('reading:');
  expect(await contentsOf(connection, name)).toEqual(before);
});

test.each([
  ['dimension', { size: 4, distance: 'Cosine' }, 'dimension should be 384, it has 4'],
  ['distance', { size: 384, distance: 'Dot' }, 'distance should be Cosine, it has Dot'],
  ['datatype', { size: 384, distance: 'Cosine', datatype: 'uint8' }, 'datatype should be float32, it has uint8'],
  [
    'kind',
    { size: 384, distance: 'Cosine', multivector_config: { comparator: 'max_sim' } },
    'vector kind should be one vector a point, it has a multi-vector',
  ],
])('F18: an empty collection of another %s is refused', async (_title, dense, message) => {
  await connection.request('PUT', `/collections/${name}`, { body: { vectors: { dense } } });
  const run = await embed();
  expect([run.exitCode, run.stderr]).toEqual([8, expect.stringContaining(message)]);
  expect(await countPoints(connection, name)).toBe(0);
});

test('F18: a collection of float16 takes vectors, with a note; they are found as they were', async () => {
  const dense = { size: 384, distance: 'Cosine', datatype: 'float16' };
  await connection.request('PUT', `/collections/${name}`, { body: { vectors: { dense } } });
  const run = await embed();
  expect(run.summary.written).toBeGreaterThan(0);
  expect(run.stderr).toContain('keeps its vectors as float16');
  for await (const { vectors } of scrollPoints(connection, name, { withVector: true }))
    expect(Math.hypot(...(vectors?.['dense'] as number[]))).toBeCloseTo(1, 2);
});

test('points of an unknown model are refused, naming the way on', async () => {
  const dense = { size: 384, distance: 'Cosine' };
  await connection.request('PUT', `/collections/${name}`, { body: { vectors: { dense } } });
  const points = [{ id: 1, vector: { dense: Array.from({ length: 384 }, () => 0.1) }, payload: {} }];
  await connection.request('PUT', `/collections/${name}/points`, { query: { wait: true }, body: { points } });
  const run = await embed();
  expect([run.exitCode, run.stderr]).toEqual([8, expect.stringContaining('has points but no card')]);
  expect(run.stderr).toContain('qdx collections adopt');
});

test('another file of the same space adds to it after a sample was compared, and is recorded', async () => {
  await embed();
  const own = (await readCard(connection, name)) as CollectionCard;
  await changeModel({ sha256: 'f'.repeat(64), dtype: 'fp16' });
  writeFiles(folder, { 'more.md': sectionText(300) });
  expect((await embed()).summary.written).toBeGreaterThan(0);
  const { file, sha256, dtype } = own.model;
  expect((await readCard(connection, name))?.alsoEmbeddedBy).toEqual([{ file, sha256, dtype }]);
});

test('another file whose vectors are not those of the collection is refused', async () => {
  await embed();
  await changeModel({ sha256: 'f'.repeat(64), dtype: 'fp16' });
  const [first = ''] = [...(await contentsOf(connection, name)).keys()].map((place) => place.split(' ').at(-1));
  const dense = Array.from({ length: 384 }, (_, index) => Math.sin(index));
  await connection.request('PUT', `/collections/${name}/points/vectors`, {
    query: { wait: true },
    body: { points: [{ id: first, vector: { dense } }] },
  });
  const run = await embed();
  expect([run.exitCode, run.stderr]).toEqual([8, expect.stringMatching(/lowest cosine of \d samples is/)]);
});
