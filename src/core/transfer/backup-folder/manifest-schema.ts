/**
 * The shape of a manifest, checked before anything in it is trusted: a file name in it never leads out of the folder.
 */
import { z } from 'zod';
import { type BackupManifest, damaged } from './manifest.ts';

const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/u);
const id = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,19}|"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")$/u)
  .nullable();

const partName = /^part-\d{6,}\.jsonl(?:\.gz)?$/u;
const shardName = /^shard-\d+\.snapshot$/u;
const folderName = /^\d{3,}-[A-Za-z0-9_.-]*$/u;

const shardKey = z.union([z.string(), z.number()]).nullable();

const part = z.object({
  file: z.string().regex(partName),
  sizeBytes: count,
  sha256,
  points: count,
  pointsHash: sha256,
  from: id,
  to: id,
  shardKey,
});

const collection = z.object({
  name: z.string().min(1),
  aliases: z.array(z.string().min(1)),
  folder: z.string().regex(folderName),
  points: count,
  pointsHash: sha256.nullable(),
  consistency: z.enum([
    'scroll',
    'scroll-while-writing',
    'scroll-unchecked',
    'snapshot',
    'snapshot-while-writing',
    'snapshot-unchecked',
  ]),
  countBefore: count,
  countAfter: count,
  description: z.object({ file: z.literal('collection.json'), sizeBytes: count, sha256 }),
  parts: z.array(part),
  covers: z.array(z.object({ from: id, to: id, shardKey })).optional(),
  snapshot: z.object({ file: z.literal('collection.snapshot'), sizeBytes: count, sha256 }).optional(),
  shardSnapshots: z
    .array(z.object({ file: z.string().regex(shardName), sizeBytes: count, sha256, shard: count, shardKey }))
    .min(1)
    .optional(),
});

const manifest = z.object({
  format: z.literal('qdx-backup'),
  version: z.union([z.literal(1), z.literal(2)]),
  needsQdx: z.string(),
  backupId: z.string().min(1),
  startedAt: z.string(),
  finishedAt: z.string(),
  qdxVersion: z.string(),
  source: z.object({ url: z.string(), qdrantVersion: z.string() }),
  filter: z.unknown(),
  compression: z.enum(['none', 'gzip']),
  shard: z.object({ runId: z.string().min(1), shard: count.min(1), shards: count.min(1) }).optional(),
  collections: z.array(collection).min(1),
});

/** @throws QdxError `verification` for a value of another shape, naming the place. */
export function parseManifest(value: unknown, path: string): BackupManifest {
  const result = manifest.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw damaged(path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it has another shape'}`);
}
