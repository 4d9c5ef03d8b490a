/**
 * Checks a model's files against its card before native code sees them.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { QdxError } from '../../lib/errors.ts';
import { assertSafeExternalData } from './onnx/external-data.ts';
import type { FoundModel } from './find-model.ts';

/** @throws QdxError `verification` naming the file, the hash expected and the hash found; `refused` for unsafe external data. */
export async function checkModelFile({ card, modelFile, folder, lockedFiles }: FoundModel): Promise<void> {
  await assertSafeExternalData(modelFile);
  if (card.sha256 !== null) await assertHash(modelFile, card.sha256);
  for (const [path, sha256] of Object.entries(lockedFiles))
    if (path !== card.file) await assertHash(join(folder, path), sha256);
}

export async function checkTokenizerFile({ card, tokenizerFile }: FoundModel): Promise<void> {
  if (card.tokenizerSha256 !== null) await assertHash(tokenizerFile, card.tokenizerSha256);
}

async function assertHash(file: string, expected: string): Promise<void> {
  const actual = await sha256OfFile(file);
  if (actual !== expected)
    throw new QdxError('verification', `${file} is not the file of its card: sha256 ${actual}, expected ${expected}`, {
      hint: 'Remove it and download the model again, or reinstall qdx for the built-in one.',
      details: { file, expected, actual },
    });
}

/** Hex. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
