/**
 * Settings of `qdx embed --on kaggle`; a part of schema.ts.
 */
import { z } from 'zod';

const positive = z.number().int().positive();

export const kaggleSettings = z.strictObject({
  /** Absent: who the `kaggle` command is logged in as. */
  account: z.string().min(1).optional(),
  /** Vectors files that come back: one for each GPU of the machine. */
  shards: positive.max(16).default(2),
  /** The notebook stops by itself after this; Kaggle ends a session after 9 to 12 hours. */
  stopAfterMinutes: positive.max(720).default(510),
  pollMs: positive.default(30_000),
});
