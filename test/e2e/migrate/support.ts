/**
 * What the tests of migrations share: parameters, the points of a collection as lines, and a writer that does not stop.
 */
import { join } from 'node:path';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import { backUp } from '../../../src/core/transfer/backup.ts';
import { copyPoints } from '../../../src/core/transfer/migrate/copy-points.ts';
import type { MigrateParams } from '../../../src/core/transfer/migrate.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { linesOf, paramsFor } from '../transfer/backup-support.ts';

export const migrateParams = (change: Partial<MigrateParams> = {}): MigrateParams => ({
  source: 'docs',
  target: 'docs',
  strategy: copyPoints({}),
  batchSize: 64,
  parallel: 3,
  switchNames: true,
  readBack: true,
  waitForIndex: false,
  settleRounds: 3,
  allowConcurrentWrites: false,
  allowEmpty: false,
  allowGap: false,
  allowShrink: false,
  scratchFolder: temporaryFolder(),
  confirm: async () => true,
  confirmed: [],
  ask: async () => null,
  isSelected: false,
  owner: lockOwner('test'),
  breakLock: false,
  restart: false,
  ...change,
});

/** Every point of a collection, as a backup has them. */
export async function linesOn(connection: Connection, name: string): Promise<string[]> {
  const copy = join(temporaryFolder(), 'copy');
  const selection = { names: [name], patterns: [], all: false };
  const { collections } = await backUp(connection, paramsFor(copy, { selection, partPoints: 1000 }));
  return linesOf(join(copy, `001-${collections[0]!.name}`));
}

export const pointAliases = (connection: Connection, aliases: readonly string[], collection_name: string) =>
  connection.request('POST', '/collections/aliases', {
    body: { actions: aliases.map((alias_name) => ({ create_alias: { alias_name, collection_name } })) },
  });

export async function dropAll(connection: Connection): Promise<void> {
  for (const { physical } of await listCollections(connection))
    await connection.request('DELETE', `/collections/${physical}`);
}

/** A plain collection of `points` small points. */
export async function createSmall(connection: Connection, name: string, points: number): Promise<void> {
  await connection.request('PUT', `/collections/${name}`, { body: { vectors: { size: 2, distance: 'Dot' } } });
  for (let from = 0; from < points; from += 1000) {
    const ids = Array.from({ length: Math.min(1000, points - from) }, (_, index) => from + index);
    const body = { points: ids.map((id) => ({ id, vector: [id, 1], payload: { version: 0 } })) };
    await connection.request('PUT', `/collections/${name}/points`, { query: { wait: true }, body });
  }
}

export interface Writer {
  /** What every point must be, by id: its version, or null where its deletion was confirmed. */
  readonly acknowledged: ReadonlyMap<number, number | null>;
  readonly writes: number;
  stop(): Promise<void>;
}

/** Inserts, changes and deletes through a name, one point after the other, until it is stopped. */
export function startWriter(connection: Connection, name: string, first: number): Writer {
  const acknowledged = new Map<number, number | null>();
  const stop = new AbortController();
  let writes = 0;
  const send = async (path: string, method: 'PUT' | 'POST', body: unknown) =>
    connection.request(method, `/collections/${name}/points${path}`, { query: { wait: true }, body });
  const work = async (): Promise<void> => {
    for (let step = 0; !stop.signal.aborted; step++) {
      // Inserts new points, changes those of before, deletes every third one for good.
      const id = step % 2 === 0 ? first + step : (step * 7) % first;
      if (acknowledged.get(id) === null) continue;
      if (step % 3 === 2) {
        await send('/delete', 'POST', { points: [id] });
        acknowledged.set(id, null);
      } else {
        await send('', 'PUT', { points: [{ id, vector: [id, 1], payload: { version: step + 1 } }] });
        acknowledged.set(id, step + 1);
      }
      writes++;
    }
  };
  const running = work();
  return {
    acknowledged,
    get writes() {
      return writes;
    },
    async stop() {
      stop.abort();
      await running;
    },
  };
}
