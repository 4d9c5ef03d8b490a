/**
 * The first and the last line of a vectors file, checked as what comes from outside is.
 */
import { z } from 'zod';
import { parseJson } from '../../lib/json.ts';
import { cardSchema } from '../models/cards/card-schema.ts';
import { type VectorsFileFooter, vectorsFileFormat, type VectorsFileHeader, vectorsFileVersion } from './record.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 in lower-case hex');
const count = z.number().int().min(0);

// Loose: what a later minor addition put in is kept, not refused.
const model = z.looseObject(cardSchema.shape);

const header = z
  .looseObject({
    format: z.literal(vectorsFileFormat),
    version: z.literal(vectorsFileVersion),
    kind: z.enum(['chunks', 'vectors']),
    runId: z.string().min(1),
    model,
    chunking: z
      .looseObject({
        version: z.number().int(),
        maxTokens: z.number().int().positive(),
        targetTokens: z.number().int().positive(),
        template: z.string(),
      })
      .nullable(),
    lexical: z.looseObject({ tokenizerVersion: z.number().int() }).nullable(),
    tokenVectors: z
      .looseObject({ window: z.number().int().positive(), encoding: z.literal('sign') })
      .nullable()
      .optional(),
    sources: z.array(z.string()),
    shard: z.number().int().min(1),
    shards: z.number().int().min(1),
    inputHash: sha256,
    count,
    totalCount: count,
  })
  .refine((value) => value.shard <= value.shards, { message: 'is beyond "shards"', path: ['shard'] })
  .refine((value) => value.count <= value.totalCount, { message: 'is beyond "totalCount"', path: ['count'] });

const footer = z.looseObject({ footer: z.literal(true), count, rejected: count.optional(), sha256 });

/** A file that is no fault of anyone: `is version 2 of ...` follows its name. */
export class NewerFormatError extends RangeError {
  override readonly name = 'NewerFormatError';
}

/** Text for the first line. */
export const headerLine = (value: VectorsFileHeader): string => `${JSON.stringify(value)}\n`;

export const footerLine = (value: VectorsFileFooter): string => `${JSON.stringify(value)}\n`;

/**
 * Reads a first line; null where it is no header of a vectors file at all (plain records, or something else).
 * @throws RangeError with the reason where it is a header, but of a newer version or a wrong shape.
 */
export function parseHeaderLine(line: string | Uint8Array): VectorsFileHeader | null {
  const value = parseObject(line);
  if (value === null || value['format'] !== vectorsFileFormat) return null;
  const { version } = value;
  if (typeof version === 'number' && version > vectorsFileVersion)
    throw new NewerFormatError(
      `is version ${version} of the vectors file format; this qdx reads up to ${vectorsFileVersion}`,
    );
  const parsed = header.safeParse(value);
  if (!parsed.success) throw new RangeError(`its header is wrong: ${describeIssues(parsed.error)}`);
  // The lexical settings are compared as a whole by whoever writes to a collection; here they only pass through.
  return parsed.data as unknown as VectorsFileHeader;
}

/**
 * Reads a line as a footer; null where it is none.
 * @throws RangeError where it says to be one and is not.
 */
export function parseFooterLine(line: string | Uint8Array): VectorsFileFooter | null {
  const value = parseObject(line);
  if (value === null || value['footer'] !== true) return null;
  const parsed = footer.safeParse(value);
  if (!parsed.success) throw new RangeError(`its footer is wrong: ${describeIssues(parsed.error)}`);
  const { rejected, ...rest } = parsed.data;
  return { ...rest, ...(rejected !== undefined && { rejected }) };
}

function parseObject(line: string | Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value = parseJson(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`).join('; ');
}
