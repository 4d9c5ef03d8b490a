/**
 * Checks a model's files against its card before native code sees them.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { QdxError } from '../../lib/errors.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { assertSafeExternalData } from './onnx/external-data.ts';
import type { CardOfFiles } from './cards/card.ts';
import type { FoundModel } from './found-model.ts';

/** @throws QdxError `verification` naming the file, the hash expected and the hash found; `refused` for unsafe external data. */
export async function checkModelFile({ card, modelFile, folder, lockedFiles }: FoundModel<CardOfFiles>): Promise<void> {
  await assertSafeExternalData(modelFile);
  if (card.sha256 !== null) await assertHash(modelFile, card.sha256);
  for (const [path, sha256] of Object.entries(lockedFiles))
    if (path !== card.file) await assertHash(join(folder, path), sha256);
}

export async function checkTokenizerFile({ card, tokenizerFile }: FoundModel<CardOfFiles>): Promise<void> {
  // Read whole: small, on the way of every query, and a stream takes longer to set up than to read.
  if (card.tokenizerSha256 !== null)
    assertSame(tokenizerFile, sha256Hex(await readFile(tokenizerFile)), card.tokenizerSha256);
}

const assertHash = async (file: string, expected: string): Promise<void> =>
  assertSame(file, await sha256OfFile(file), expected);

function assertSame(file: string, actual: string, expected: string): void {
  if (actual !== expected)
    throw new QdxError('verification', `${file} is not the file of its card: sha256 ${actual}, expected ${expected}`, {
      hint: 'remove it and download the model again, or reinstall qdx for the built-in one',
      details: { file, expected, actual },
    });
}

/** Hex. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
