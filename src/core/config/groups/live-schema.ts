/**
 * Settings of the log of searches, and of what watches it.
 */
import { z } from 'zod';

export const liveSettings = z.strictObject({
  log: z.boolean().default(true),
  logQueries: z.boolean().default(false),
  /** At least some hundred searches. */
  logBytes: z.number().int().min(100_000).default(4_000_000),
  intervalSeconds: z.number().min(1).max(86_400).default(5),
  recallSample: z.number().int().positive().max(10_000).default(50),
});
