/**
 * Whether the hash of a first download is the one that the user expects.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { DownloadCandidate } from './download-model.ts';

/** What a person has to see before they say yes. */
export function describeCandidate({ card, files }: DownloadCandidate): string {
  const from = card.fileSource ?? { repository: card.repository, revision: card.revision };
  return [
    `${card.name} at revision ${card.revision}`,
    ...files.map(({ path, sha256, sizeBytes }) => `  ${sha256}  ${sizeBytes} bytes  ${path}`),
    `  ${card.file} is from ${from.repository} at ${from.revision}`,
    'no hash of it was known before; once accepted, these are locked and every later download must match them',
  ].join('\n');
}

/**
 * @param given `true`: any hash; a text: the sha256 of the ONNX file; undefined: nothing was said.
 * @returns null where nothing was said, so somebody has to be asked.
 * @throws QdxError `verification` where another hash was given.
 */
export function isAcceptedHash({ card }: DownloadCandidate, given: string | true | undefined): true | null {
  if (given === undefined) return null;
  if (given === true || given.toLowerCase() === card.sha256) return true;
  throw new QdxError('verification', `the sha256 of ${card.file} is ${card.sha256}, not ${given}`, {
    hint: 'find out why before you use it; nothing was locked',
  });
}
