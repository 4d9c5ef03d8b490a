/**
 * Files and hashes: what will be loaded is what the card says.
 */
import { isQdxError } from '../../lib/errors.ts';
import { checkModelFile, checkTokenizerFile } from '../models/check-files.ts';
import type { CardOfFiles } from '../models/cards/card.ts';
import type { FoundModel } from '../models/found-model.ts';
import { type Check, check, skipped } from './report.ts';

const name = 'files and hashes';

export async function checkFiles(model: FoundModel<CardOfFiles>): Promise<Check> {
  const { sha256, tokenizerSha256 } = model.card;
  if (sha256 === null || tokenizerSha256 === null)
    return skipped(name, 'the hashes of the card', 'the card holds no hash yet');
  const expected = `sha256 ${sha256.slice(0, 12)}…, tokenizer ${tokenizerSha256.slice(0, 12)}…`;
  try {
    await checkModelFile(model);
    await checkTokenizerFile(model);
    return check(name, true, expected, 'the same');
  } catch (error) {
    if (!isQdxError(error)) throw error;
    return check(name, false, expected, error.message);
  }
}
