/**
 * `models.lock.json`: what was downloaded and accepted, with the hash of every file. A model that is not in it is not used.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { QdxError } from '../../../lib/errors.ts';
import { readIfThere } from '../../../lib/read-if-there.ts';
import { withLockFile } from '../../../lib/lock-file.ts';
import { writeWholeFile } from '../../../lib/partial-file.ts';
import { anyCardSchema } from '../cards/card-schema.ts';
import type { AnyCard } from '../cards/reranker-card.ts';

export interface LockedModel {
  readonly card: AnyCard;
  /** Relative to the folder of the lock file. */
  readonly folder: string;
  /** sha256, hex, by path in `folder`. */
  readonly files: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
  /** ISO 8601 UTC. */
  readonly lockedAt: string;
}

export interface ModelsLock {
  readonly lockVersion: 1;
  /** By the name that the user types. */
  readonly models: Readonly<Record<string, LockedModel>>;
}

const lockSchema = z.strictObject({
  lockVersion: z.literal(1),
  models: z.record(
    z.string(),
    z.strictObject({
      card: anyCardSchema,
      folder: z.string().min(1),
      files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
      sizeBytes: z.number().int().min(0),
      lockedAt: z.string(),
    }),
  ),
});

const lockFile = (folder: string): string => join(folder, 'models.lock.json');

/** @throws QdxError `verification` for a lock file that is damaged or of a newer qdx. */
export async function readLock(folder: string): Promise<ModelsLock> {
  const text = await readIfThere(lockFile(folder));
  if (text === null) return { lockVersion: 1, models: {} };
  const parsed = lockSchema.safeParse(jsonOrNull(text));
  if (parsed.success) return parsed.data as ModelsLock;
  throw new QdxError(
    'verification',
    `${lockFile(folder)} is damaged or was written by a newer qdx: ${parsed.error.issues[0]?.message}`,
    {
      hint: 'move it away and download the models again; hashes must then be accepted anew',
    },
  );
}

/** Adds or replaces one model; what another process adds at the same time stays. */
export async function lockModel(folder: string, model: LockedModel): Promise<void> {
  const path = lockFile(folder);
  await withLockFile(`${path}.lock`, { waitMs: 10_000, label: path }, async () => {
    const { models } = await readLock(folder);
    const lock: ModelsLock = { lockVersion: 1, models: { ...models, [model.card.name]: model } };
    await writeWholeFile(path, `${JSON.stringify(lock, null, 2)}\n`);
  });
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
