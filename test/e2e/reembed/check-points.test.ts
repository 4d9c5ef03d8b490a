/**
 * The comparison of a re-embedded collection with its source, while the source is written to.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { openIndexFolder, type ScanIndex } from '../../../src/core/transfer/delta/scan-index.ts';
import { checkPoints } from '../../../src/core/transfer/reembed/check-points.ts';
import type { PointRecipe } from '../../../src/core/transfer/reembed/make-points.ts';
import { createPageSize, scanRange } from '../../../src/core/transfer/points/scan-range.ts';
import { connectTo } from '../../helpers/connection.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';

let server: RunningQdrant;
let connection: Connection;

beforeAll(async () => {
  server = await startQdrant();
  connection = connectTo(server);
});

afterAll(async () => server.kill());

const points = 700;
const range = { from: null, to: null, shardKey: null };

const put = (name: string, ids: readonly number[], body: string) =>
  connection.request('PUT', `/collections/${name}/points`, {
    query: { wait: true },
    body: { points: ids.map((id) => ({ id, payload: { body }, vector: { dense: [id + 1, 1] } })) },
  });

const idsTo = (end: number) => Array.from({ length: end }, (_, id) => id);

async function scan(physical: string): Promise<ScanIndex> {
  const writer = await (await openIndexFolder(temporaryFolder())).write('source', 0, range);
  for await (const page of scanRange(connection, { physical, range, pageSize: createPageSize() }))
    await writer.add(page);
  return { ranges: [await writer.finish()] };
}

const recipe: PointRecipe = {
  source: 'old',
  rule: { field: 'body', namedBy: 'flag', chunking: null, payloadKeys: undefined },
  kept: { vectors: [], modelKeys: [] },
  denseName: 'dense',
  sparseName: null,
  lexical: null,
  tokens: null,
  takenKey: null,
  allowWithoutText: false,
};

test('any number of points written meanwhile hides no point that differs, and ends no comparison', async () => {
  for (const name of ['old', 'made']) {
    const vectors = { dense: { size: 2, distance: 'Dot' } };
    await connection.request('PUT', `/collections/${name}`, { body: { vectors } });
    await put(name, idsTo(points), 'as it was');
  }
  const sourceIndex = await scan('old');
  await put('old', idsTo(600), 'written meanwhile');
  const sides = { from: { connection, physical: 'old' }, to: { connection, physical: 'made' } };
  const input = { ...sides, recipe, shardKeys: [null], sourceIndex, failed: 0 };
  expect(await checkPoints(input)).toEqual({ points, withVector: points, movedMeanwhile: 600 });
  await put('made', [650], 'somebody else wrote this');
  await expect(checkPoints(input)).rejects.toMatchObject({
    kind: 'verification',
    message: 'made is not what old makes: 1 point is missing, too many, or otherwise (the first: 650)',
  });
});
