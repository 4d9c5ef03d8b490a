/**
 * The text of a file that is read whole, or why it is not read.
 */
import { open } from 'node:fs/promises';
import { beginsWithPrivateKey } from '../walk/secrets.ts';
import type { ReadContext, SourceFile } from './reader.ts';

/** As git: a NUL in the first 8,000 bytes makes a file binary. */
const binaryProbeBytes = 8000;

/** The text without a leading byte order mark; undefined (and counted as skipped) where the file is not to be read. */
export async function readFileText(
  file: SourceFile,
  context: Pick<ReadContext, 'maxFileBytes' | 'includeSecrets' | 'onSkip'>,
): Promise<string | undefined> {
  const bytes = await readBytes(file, context);
  if (bytes === undefined) return undefined;
  const text = decoded(bytes, file, context.onSkip);
  if (text === undefined) return undefined;
  if (text.trim() === '') return skip(context, 'empty', file.path);
  if (!context.includeSecrets && beginsWithPrivateKey(text)) return skip(context, 'secret', file.path);
  return text;
}

async function readBytes(
  file: SourceFile,
  context: Pick<ReadContext, 'maxFileBytes' | 'onSkip'>,
): Promise<Buffer | undefined> {
  try {
    const handle = await open(file.absolutePath, 'r');
    try {
      const { size } = await handle.stat();
      if (size > context.maxFileBytes) return skip(context, 'tooLarge', `${file.path} (${size} bytes)`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    return skip(context, 'unreadable', `${file.path} (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}

function decoded(bytes: Buffer, file: SourceFile, onSkip: ReadContext['onSkip']): string | undefined {
  if (bytes.subarray(0, binaryProbeBytes).includes(0)) return skip({ onSkip }, 'binary', file.path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return skip({ onSkip }, 'notUtf8', file.path);
  }
}

function skip(context: Pick<ReadContext, 'onSkip'>, ...args: Parameters<ReadContext['onSkip']>): undefined {
  context.onSkip(...args);
  return undefined;
}
