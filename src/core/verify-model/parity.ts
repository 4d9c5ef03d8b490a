/**
 * Parity: the vectors of this file against those of a reference of the same space.
 */
import { cosine } from '../qdrant/collection/parity.ts';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { QdxError } from '../../lib/errors.ts';
import { readFailure } from '../../lib/read-failure.ts';
import { openSession } from '../models/onnx/session.ts';
import { bulkSession } from '../models/onnx/session-options.ts';
import { createTextEncoder } from '../models/encoders/text-encoder.ts';
import type { Lab, VectorLab } from './lab.ts';
import { parityTexts } from './parity-texts.ts';
import { type Check, check, digits, skipped } from './report.ts';

/** What the mean over all texts must reach, whatever the model. */
const meanFloor = 0.99;

export interface ReferencePair {
  readonly text: string;
  readonly reference: Float32Array;
}

/**
 * @param reference an ONNX file of the same model (usually fp32), or JSON lines of `{"text","vectorB64"}` or
 * `{"text","vector"}`; undefined: the vectors that ship beside the model, if any do.
 */
export async function checkParity(lab: Lab, reference: string | undefined): Promise<Check> {
  return compareParity(lab, await referencePairs(lab, reference), lab.model.card.parityFloor);
}

/** @param pairs Null: there is nothing to compare with. */
export async function compareParity(
  lab: VectorLab,
  pairs: readonly ReferencePair[] | null,
  floor: number,
): Promise<Check> {
  const expected = `mean cosine above ${meanFloor}, lowest at least ${floor}`;
  if (pairs === null) return skipped('parity', expected, 'no reference: name one with --reference');
  const cosines = await Promise.all(
    pairs.map(async ({ text, reference: other }) => cosine((await lab.raw(text)).vector, other)),
  );
  const mean = cosines.reduce((sum, value) => sum + value, 0) / cosines.length;
  const lowest = Math.min(...cosines);
  const found = `mean ${digits(mean)}, lowest ${digits(lowest)} over ${cosines.length} texts`;
  return check('parity', mean > meanFloor && lowest >= floor, expected, found);
}

async function referencePairs(lab: Lab, reference: string | undefined): Promise<readonly ReferencePair[] | null> {
  if (reference?.endsWith('.onnx')) return pairsOfModel(lab, reference);
  const file = reference ?? `${lab.model.folder}/reference.jsonl`;
  if (reference === undefined && !existsSync(file)) return null;
  return pairsOfFile(file, lab.model.card.dimension);
}

/** JSON lines of `{"text","vectorB64"}` or `{"text","vector"}`. @throws QdxError `notFound`, or `usage` naming the line. */
export async function pairsOfFile(file: string, dimension: number): Promise<readonly ReferencePair[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw readFailure({ path: file, what: 'reference' }, error) ?? error;
  });
  return pairsOfLines(text, file, dimension);
}

async function pairsOfModel({ model: { card }, tokenizer }: Lab, file: string): Promise<readonly ReferencePair[]> {
  const session = await openSession(file, bulkSession({ provider: 'cpu' }));
  const encoder = createTextEncoder({ card, tokenizer, session, batchTokens: 0 });
  const pairs: ReferencePair[] = [];
  for (const text of parityTexts) {
    const [encoded] = await encoder.encode([{ text, tokenVectors: false }]);
    if (encoded) pairs.push({ text, reference: encoded.vector });
  }
  await encoder.close();
  return pairs;
}

function pairsOfLines(lines: string, file: string, dimension: number): readonly ReferencePair[] {
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const { text, vector, vectorB64 } = parseLine(line);
      const reference =
        typeof vectorB64 === 'string'
          ? decodeBase64(vectorB64)
          : Array.isArray(vector)
            ? Float32Array.from(vector as number[])
            : null;
      if (typeof text !== 'string' || reference?.length !== dimension)
        throw new QdxError(
          'usage',
          `line ${index + 1} of ${file} is no reference: expected {"text": …, "vector": [${dimension} numbers]}`,
        );
      return { text, reference };
    });
}

function parseLine(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Little-endian float32, copied, since a Buffer's bytes need not start where a float may. */
const decodeBase64 = (text: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
