/**
 * Sets what a bench recommends on the collection itself: its configuration is saved before, read back after, and put back
 * where the server did not take it. Points and vectors are never touched; searches go on while segments are rebuilt.
 */
import { randomUUID } from 'node:crypto';
import { QdxError } from '../../../lib/errors.ts';
import type { RunOptions } from '../../../lib/events.ts';
import { stringifyJson } from '../../../lib/json.ts';
import { writeWholeFile } from '../../../lib/partial-file.ts';
import { type CollectionInfo, denseVectors, readCollectionInfo } from '../../qdrant/collection/collection-info.ts';
import { subsetDifferences } from '../../qdrant/collection/collection-schema.ts';
import { waitUntilReady } from '../../qdrant/collection/readiness.ts';
import type { Connection } from '../../qdrant/connection/connection.ts';
import { lockOwner, withWriterLock } from '../../qdrant/lock.ts';
import { readSegments } from './segments.ts';
import type { VectorSource } from './source.ts';

type Patch = Readonly<Record<string, unknown>>;

export interface ApplyInput {
  readonly source: Pick<VectorSource, 'name' | 'physical' | 'vectorName'>;
  /** `{"quantization_config": ...}` or `{"hnsw_config": ...}`. */
  readonly patch: Patch;
  /** File for the configuration as it was. */
  readonly backup: string;
  readonly commandLine: string;
}

export interface Applied {
  readonly collection: string;
  readonly backup: string;
  readonly before: unknown;
  readonly after: unknown;
  /** Segments with points, and those that have it already: small ones stay as they are until they grow. */
  readonly segments: number;
  readonly quantizedSegments: number;
}

/** @throws QdxError `verification` where the server has something else afterwards; its configuration is put back then. */
export async function applySetting(connection: Connection, input: ApplyInput, run: RunOptions = {}): Promise<Applied> {
  const { source, commandLine } = input;
  const lock = { target: source.name, runId: randomUUID(), owner: lockOwner(commandLine) };
  return withWriterLock(connection, lock, run, (watched) => change(connection, input, watched));
}

async function change(
  connection: Connection,
  { source, patch, backup }: ApplyInput,
  run: RunOptions,
): Promise<Applied> {
  const { physical, vectorName } = source;
  const before = await readCollectionInfo(connection, physical, run.signal);
  await saveConfiguration(backup, before);
  const [key = '', wanted] = Object.entries(patch)[0] ?? [];
  const place = placeOf(before, vectorName, key);
  await patchCollection(connection, physical, place.body(wanted));
  const after = await waitUntilReady(connection, physical, run);
  const taken = place.read(after);
  const expected = wanted === 'Disabled' ? null : wanted;
  const [difference] = subsetDifferences(expected, taken ?? null, key);
  if (difference) {
    await patchCollection(connection, physical, place.body(place.read(before) ?? 'Disabled'));
    throw new QdxError(
      'verification',
      `${source.name} did not take ${difference.path}: asked for ${JSON.stringify(difference.expected)}, it has ${JSON.stringify(difference.actual)}`,
      {
        hint: `its configuration was put back; as it was, it is in ${backup}`,
      },
    );
  }
  const segments = await readSegments(connection, physical, vectorName, run);
  return {
    collection: source.name,
    backup,
    before: place.read(before) ?? null,
    after: taken ?? null,
    segments: segments.length,
    quantizedSegments: segments.filter(({ quantization }) => quantization !== null).length,
  };
}

interface SettingPlace {
  readonly body: (value: unknown) => Patch;
  readonly read: (info: CollectionInfo) => unknown;
}

/** A vector with a configuration of its own does not heed the collection's. */
function placeOf(info: CollectionInfo, vectorName: string, key: string): SettingPlace {
  const own = (of: CollectionInfo): unknown =>
    (denseVectors(of)[vectorName] as Readonly<Record<string, unknown>> | undefined)?.[key];
  if (own(info) !== undefined && own(info) !== null)
    return { body: (value) => ({ vectors: { [vectorName]: { [key]: value } } }), read: own };
  return {
    body: (value) => ({ [key]: value }),
    read: ({ config }) => (config as unknown as Readonly<Record<string, unknown>>)[key],
  };
}

const patchCollection = (connection: Connection, physical: string, body: Patch): Promise<unknown> =>
  connection.request('PATCH', `/collections/${encodeURIComponent(physical)}`, { body });

async function saveConfiguration(path: string, { config, payload_schema: schema }: CollectionInfo): Promise<void> {
  await writeWholeFile(
    path,
    Buffer.from(
      `${stringifyJson({ type: 'qdx-collection-configuration', version: 1, config, payload_schema: schema })}\n`,
    ),
  );
}
