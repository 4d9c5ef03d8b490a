/**
 * What the tests of `upload --force` share: an old collection, a file to replace it, and what is there afterwards.
 */
import { join } from 'node:path';
import { expect } from 'vitest';
import { cardKey } from '../../../src/core/qdrant/collection/card-store.ts';
import { listCollections } from '../../../src/core/qdrant/collection/names.ts';
import type { Connection } from '../../../src/core/qdrant/connection/connection.ts';
import { lockOwner } from '../../../src/core/qdrant/lock.ts';
import type { OverwriteParams } from '../../../src/core/transfer/overwrite/params.ts';
import { testModel, testSettings } from '../../helpers/collection-card.ts';
import { connectTo } from '../../helpers/connection.ts';
import { modelCard } from '../../helpers/model-card.ts';
import { type RunningQdrant, startQdrant } from '../../helpers/qdrant.ts';
import { temporaryFolder } from '../../helpers/temporary.ts';
import { record, uuid, write } from '../../helpers/vectors-file.ts';
import { alias } from '../versions/support.ts';

export interface ForceServer {
  readonly server: RunningQdrant;
  readonly to: Connection;
  /** As newFile. */
  readonly file: string;
}

/** One a test file. */
export async function startForceServer(): Promise<ForceServer> {
  const server = await startQdrant();
  return { server, to: connectTo(server), file: await newFile() };
}

/** Points 1 to 40; the ids of 30 of them are in the old collection, with other payloads. */
export const newFile = (): Promise<string> => write(records(40, 'new'));

/** Records of the numbers from `from` on. */
export const records = (count: number, text: string, from = 1) =>
  Array.from({ length: count }, (_, index) =>
    record(from + index, { payload: { content: `${text} ${from + index}` } }),
  );

export async function upsert(
  connection: Connection,
  name: string,
  numbers: readonly number[],
  text: string,
): Promise<void> {
  const points = numbers.map((n) => ({
    id: uuid(n),
    vector: { dense: [n, 1, 0, 1], bm25: { indices: [1], values: [1] } },
    payload: { content: text },
  }));
  await connection.request('PUT', `/collections/${name}/points`, { query: { wait: true }, body: { points } });
}

/** docs -> docs__1, or a plain docs: 30 points (ids 1 to 30) of the file's model. */
export async function createOld(
  to: Connection,

  change: {
    readonly plain?: boolean;
    readonly size?: number;
    readonly card?: object | null;
    readonly terms?: boolean;
  } = {},
) {
  const physical = change.plain ? 'docs' : 'docs__1';
  const { plain: _plain, size = 4, card = {}, terms = true } = change;
  const whole = {
    cardVersion: 1,
    model: modelCard(),
    vectorName: 'dense',
    sparseName: 'bm25',
    chunking: null,
    lexical: null,
  };
  const rest = {
    tokenVectors: null,
    sources: [],
    description: 'old',
    qdxVersion: '0.1.0',
    createdAt: '2026-01-01T00:00:00.000Z',
  };
  await to.request('PUT', `/collections/${physical}`, {
    body: {
      vectors: { dense: { size, distance: 'Cosine' } },
      ...(terms && { sparse_vectors: { bm25: { modifier: 'idf' } } }),
      hnsw_config: { m: 24 },
      metadata: { owner: 'team', ...(card !== null && { [cardKey]: { ...whole, ...rest, ...card } }) },
    },
  });
  await to.request('PUT', `/collections/${physical}/index`, {
    query: { wait: true },
    body: { field_name: 'source_path', field_schema: 'keyword' },
  });
  if (size === 4 && terms)
    await upsert(
      to,
      physical,
      Array.from({ length: 30 }, (_, n) => n + 1),
      'old',
    );
  if (!change.plain) await alias(to, 'docs', physical);
}

/** What is asked for: `file` over docs. */
export const paramsFor = (
  file: string,

  change: Partial<Omit<OverwriteParams, 'upload'>> & { readonly upload?: object } = {},
): OverwriteParams => ({
  open: {
    allowShrink: false,
    allowEmpty: false,
    allowModelChange: false,
    allowSchemaChange: false,
    allowGap: false,
    confirmedName: null,
  },
  backupRoot: join(temporaryFolder(), 'backups'),
  scratchFolder: temporaryFolder(),
  settleRounds: 5,
  allowConcurrentWrites: false,
  confirm: async () => true,
  ask: async () => null,
  ...change,
  upload: {
    paths: [file],
    stdin: { stream: process.stdin, folder: temporaryFolder() },
    collection: 'docs',
    settings: testSettings({ upload: { batchSize: 8 } }),
    qdxVersion: '0.1.0',
    owner: lockOwner('test'),
    plainModel: async () => testModel(),
    waitForIndex: false,
    openEncoder: async () => Promise.reject(new Error('no encoder is needed')),
    ...change.upload,
  },
});
export const allOpen = {
  allowShrink: true,
  allowEmpty: true,
  allowModelChange: true,
  allowSchemaChange: true,
  allowGap: true,
  confirmedName: null,
};

/** Text of every point by its number. */
export async function textsOf(to: Connection, name: string): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  const body = { limit: 10_000 };
  const { points } = await to.request<{ points: { id: string; payload: { content: string } }[] }>(
    'POST',
    `/collections/${name}/points/scroll`,
    { body },
  );
  for (const { id, payload } of points) found.set(Number(id.slice(-12)), payload.content);
  return found;
}

export async function expectOld(to: Connection): Promise<void> {
  const texts = await textsOf(to, 'docs');
  expect([texts.size, new Set(texts.values())]).toEqual([30, new Set(['old'])]);
}

export async function expectNew(to: Connection): Promise<void> {
  const texts = await textsOf(to, 'docs');
  expect([texts.size, texts.get(1), texts.get(40)]).toEqual([40, 'new 1', 'new 40']);
}

export const physicalOf = async (to: Connection, name: string) =>
  (await listCollections(to)).find(({ aliases }) => aliases.includes(name))?.physical;
