/**
 * Flags that say of a model what its files do not: shared by the commands that write cards.
 */
import { type Command, Option } from 'commander';
import type { CardChoices } from '../../core/models/cards/folder-card.ts';
import { QdxError } from '../../lib/errors.ts';

export function addCardOptions(command: Command): void {
  command
    .option('--file <path>', 'ONNX file in the repository or folder, where there are several')
    .addOption(new Option('--pooling <kind>', 'How rows become one vector').choices(['cls', 'mean', 'last']))
    .option('--dimension <n>', 'Numbers in a vector')
    .option('--max-tokens <n>', 'Longest input, special tokens included')
    .option('--query-prefix <text>', 'Put before queries, trailing space included')
    .option('--document-prefix <text>', 'Put before documents');
}

/** Only what was typed. @throws QdxError `usage` for a number that is none. */
export function cardChoices(flags: Readonly<Record<string, unknown>>): CardChoices {
  const { file, pooling, dimension, maxTokens, queryPrefix, documentPrefix } = flags;
  return {
    ...(typeof file === 'string' && { file }),
    // The parser lets no other value through.
    ...(typeof pooling === 'string' && { pooling: pooling as NonNullable<CardChoices['pooling']> }),
    ...(dimension !== undefined && { dimension: positiveNumber('--dimension', dimension) }),
    ...(maxTokens !== undefined && { maxTokens: positiveNumber('--max-tokens', maxTokens) }),
    ...(typeof queryPrefix === 'string' && { queryPrefix }),
    ...(typeof documentPrefix === 'string' && { documentPrefix }),
  };
}

function positiveNumber(flag: string, value: unknown): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new QdxError('usage', `${flag}: expected a whole number above 0, got ${JSON.stringify(value)}`);
}
