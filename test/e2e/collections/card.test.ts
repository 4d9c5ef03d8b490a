/**
 * Cards on a real server: where they lie, and what is done about missing, damaged and newer ones.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cardKey, readCard, writeCard } from '../../../src/core/qdrant/collection/card-store.ts';
import { readCollectionInfo } from '../../../src/core/qdrant/collection/collection-info.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { type EnsureInput, ensureCollection } from '../../../src/core/qdrant/collection/create-collection.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { countPoints } from '../../../src/core/qdrant/collection/points.ts';
import { systemCollection } from '../../../src/core/qdrant/collection/system-collection.ts';
import { testCard, testSettings } from '../../helpers/collection-card.ts';
import { asOlderServer, connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';

let server: RunningQdrant;
let connection: Connection;
let number = 0;
let name = '';

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

const ensure = (change: Partial<EnsureInput> = {}, on = connection) =>
  ensureCollection(on, { name, card: testCard(), settings: testSettings(), alias: true, ...change });

const putPoint = (physical: string, vector: unknown) =>
  connection.request('PUT', `/collections/${physical}/points`, {
    query: { wait: true },
    body: { points: [{ id: 1, vector, payload: {} }] },
  });

describe('cards', () => {
  test('a collection with points and no card is refused, naming adopt', async () => {
    await connection.request('PUT', `/collections/${name}`, {
      body: { vectors: { dense: { size: 4, distance: 'Cosine' } } },
    });
    await putPoint(name, { dense: [1, 0, 0, 0] });
    await expect(ensure()).rejects.toMatchObject({
      kind: 'refused',
      hint: `qdx collections adopt ${name} --model <model> checks a sample and writes the card`,
    });
    expect(await countPoints(connection, name)).toBe(1);
  });

  test('an empty one takes the card, without the sparse vector that it lacks', async () => {
    await connection.request('PUT', `/collections/${name}`, {
      body: { vectors: { dense: { size: 4, distance: 'Cosine' } } },
    });
    await ensure();
    expect(await readCard(connection, name)).toMatchObject({ sparseName: null });
  });

  test('a card of a newer qdx is refused with the version needed', async () => {
    await ensure();
    await connection.request('PATCH', `/collections/${name}__1`, {
      body: { metadata: { [cardKey]: { ...testCard(), cardVersion: 2, qdxVersion: '3.0.0' } } },
    });
    await expect(ensure()).rejects.toMatchObject({ kind: 'refused', hint: 'use qdx 3.0.0 or later' });
  });

  test('a damaged card is a failed verification', async () => {
    await ensure();
    await connection.request('PATCH', `/collections/${name}__1`, {
      body: { metadata: { [cardKey]: { ...testCard(), model: { name: 'x' } } } },
    });
    await expect(readCard(connection, name)).rejects.toMatchObject({ kind: 'verification' });
  });

  test('on servers before 1.16 the card is a point of _qdx', async () => {
    const older = asOlderServer(connection);
    await ensure({}, older);
    expect((await readCollectionInfo(connection, name)).config.metadata ?? {}).toEqual({});
    expect(await readCard(older, `${name}__1`)).toEqual(testCard());
    await writeCard(older, `${name}__1`, testCard({ description: 'second' }));
    expect(await readCard(older, `${name}__1`)).toMatchObject({ description: 'second' });
    expect((await listCollections(connection)).map(({ physical }) => physical)).not.toContain(systemCollection);
  });
});
