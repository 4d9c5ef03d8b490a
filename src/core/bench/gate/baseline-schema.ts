/**
 * The baseline as JSON from outside: it is committed, merged and edited by hand, and a score that is none must not decide.
 */
import { z } from 'zod';
import { QdxError } from '../../../lib/errors.ts';
import type { Baseline } from './baseline.ts';

export const baselineVersion = 1;

const type = 'qdx-bench-baseline';
/** Every measure is a share. */
const measures = z.record(z.string(), z.number().min(0).max(1));

/** Fields may be added within a version: unknown ones are left alone. */
const baseline = z.looseObject({
  type: z.literal(type),
  version: z.literal(baselineVersion),
  suite: z.string(),
  createdAt: z.string(),
  qdx: z.string(),
  inputSha256: z.string(),
  primary: z.string().min(1),
  means: measures,
  scores: z.record(z.string(), measures),
  latency: z.looseObject({ p50Ms: z.number(), p95Ms: z.number(), cpu: z.string() }).nullable(),
});

/** @throws QdxError `usage` for a text that is none, naming the place; `refused` for a newer version. */
export function parseBaseline(text: string, path: string): Baseline {
  const value = parseJson(text, path);
  const { type: named, version } = (value ?? {}) as { readonly type?: unknown; readonly version?: unknown };
  if (named !== type) throw notABaseline(path, `"type" is not ${JSON.stringify(type)}`);
  if (typeof version === 'number' && version > baselineVersion)
    throw new QdxError('refused', `${path} has version ${version}; this qdx knows version ${baselineVersion}`, {
      hint: 'use the qdx that wrote it, or write it anew with --save-baseline',
    });
  const result = baseline.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw notABaseline(path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it has another shape'}`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notABaseline(path, 'it is not JSON', error);
  }
}

const notABaseline = (path: string, reason: string, cause?: unknown): QdxError =>
  new QdxError('usage', `${path} is no baseline of qdx bench: ${reason}`, {
    hint: `write one: --save-baseline ${path}`,
    ...(cause !== undefined && { cause }),
  });
