/**
 * `stats`: size, index and memory of collections.
 */
import { z } from 'zod';
import { type CollectionStats, readStats } from '../../qdrant/stats.ts';
import { publicName, servedByName, servedCollections } from '../served.ts';
import { collectionName, notesShape } from '../shapes.ts';
import { toPlainJson } from '../shown-text.ts';
import { defineTool } from '../tool.ts';

const mostCollections = 20;

const input = z.strictObject({
  collections: z.array(collectionName).max(mostCollections).optional().describe('Names; absent: all that are served'),
});

const bytes = z.number().int();

const figures = z.object({
  name: z.string(),
  collection: z.string().describe('The collection behind the name, where that is an alias'),
  status: z.string(),
  points: z.number().int().describe('Counted exactly'),
  indexed_vectors: z.number().int(),
  vectors: z.array(
    z.object({
      name: z.string().describe('Empty for the unnamed one'),
      kind: z.enum(['dense', 'sparse', 'multi']),
      dimension: z.number().int().optional(),
      distance: z.string().optional(),
      on_disk: z.boolean().optional(),
    }),
  ),
  indexed_fields: z.array(z.object({ field: z.string(), type: z.string(), points: z.number().int() })),
  quantization: z.record(z.string(), z.unknown()).nullable(),
  memory_estimate: z.object({
    configured_bytes: bytes.describe('What stays in memory as it is configured'),
    vector_bytes: bytes,
    graph_bytes: bytes,
    quantized_bytes: bytes,
    with_int8_bytes: bytes,
    with_binary_bytes: bytes,
  }),
  hnsw: z.object({ m: z.number().int(), ef_construct: z.number().int() }),
  model: z.string().nullable(),
  warnings: z.array(z.string()),
});

const output = z.object({
  server: z.object({ version: z.string(), peers: z.number().int() }).nullable(),
  collections: z.array(figures),
  notes: notesShape,
});

export const stats = defineTool({
  name: 'stats',
  title: 'Figures of collections',
  description:
    'Tells of collections how many points they have, their vectors and dimensions, which payload fields are indexed, their ' +
    'quantization, an estimate of the memory they need, and what in them deserves a warning.',
  input,
  output,
  writes: false,
  call: async ({ collections: named = [] }, { backend, run, notes }) => {
    const connection = await backend.connection();
    const served = await servedCollections(connection, backend, run);
    const chosen = named.length > 0 ? named.map((name) => servedByName(served, name, connection.url)) : served;
    if (chosen.length > mostCollections)
      notes.push(`only the first ${mostCollections} of ${chosen.length} collections: name those that matter`);
    const collections = [];
    let server: z.input<typeof output>['server'] = null;
    for (const { physical, aliases } of chosen.slice(0, mostCollections)) {
      const read = await readStats(connection, { collection: physical }, run);
      server = { version: read.server.version, peers: read.server.peers };
      collections.push(...read.collections.map((one) => toFigures(one, publicName({ physical, aliases }))));
    }
    return { server, collections, notes };
  },
});

const toFigures = (stats: CollectionStats, name: string): z.input<typeof figures> => ({
  name,
  collection: stats.physical,
  status: stats.status,
  points: stats.points,
  indexed_vectors: stats.indexedVectors,
  vectors: stats.vectors.map(({ name: vector, kind, dimension, distance, onDisk }) => ({
    name: vector,
    kind,
    ...(dimension !== undefined && { dimension }),
    ...(distance !== undefined && { distance }),
    ...(onDisk !== undefined && { on_disk: onDisk }),
  })),
  indexed_fields: [...stats.payloadIndexes],
  quantization: stats.quantization && (toPlainJson(stats.quantization) as Record<string, unknown>),
  memory_estimate: {
    configured_bytes: stats.estimate.configuredBytes,
    vector_bytes: stats.estimate.vectorBytes,
    graph_bytes: stats.estimate.graphBytes,
    quantized_bytes: stats.estimate.quantizedBytes,
    with_int8_bytes: stats.estimate.withInt8Bytes,
    with_binary_bytes: stats.estimate.withBinaryBytes,
  },
  hnsw: { m: stats.hnsw.m, ef_construct: stats.hnsw.efConstruct },
  model: stats.card?.model.name ?? null,
  warnings: stats.warnings.map(({ message }) => message),
});
