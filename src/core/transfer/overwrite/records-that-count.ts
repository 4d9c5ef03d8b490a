/**
 * Of the records of an upload those that become points: good ones, and of several of one id the one that wins.
 */
import { parsePointId } from '../../corpus/ids.ts';
import { isQdxError } from '../../../lib/errors.ts';
import type { Settings } from '../../config/schema.ts';
import { isUnreadable, type RecordSource, type UploadRecord } from '../../qdrant/upload/record-source.ts';
import { createSeenIds } from '../../qdrant/upload/seen-ids.ts';
import { type RecordRules, whyInvalid } from '../../qdrant/upload/validate-record.ts';
import type { VectorRecord } from '../../vectors/record.ts';

export interface CountingInput extends RecordRules {
  /** Every call reads from the start. */
  readonly records: () => RecordSource;
  readonly onDuplicate: Settings['upload']['onDuplicate'];
  /** Records of an id that was there before; 0: the input need not be read twice. */
  readonly duplicates: number;
  /** Ids that the server refused. */
  readonly refused: ReadonlySet<string>;
}

/** Ids are canonical. Memory: 30 to 60 bytes an id, where there are duplicates. */
export async function* recordsThatCount(input: CountingInput): AsyncGenerator<VectorRecord, void, undefined> {
  const { duplicates, onDuplicate, refused } = input;
  if (duplicates === 0) {
    for await (const { record } of goodRecords(input)) if (!refused.has(String(record.id))) yield record;
    return;
  }
  const winners = createSeenIds();
  for await (const { record, number } of goodRecords(input)) {
    const isLater = winners.add(record.id, number) !== undefined;
    if (isLater && onDuplicate === 'last') winners.set(record.id, number);
  }
  for await (const { record, number } of goodRecords(input))
    if (winners.get(record.id) === number && !refused.has(String(record.id))) yield record;
}

async function* goodRecords(
  input: CountingInput,
): AsyncGenerator<{ readonly record: VectorRecord; readonly number: number }, void, undefined> {
  let number = 0;
  for await (const item of input.records()) {
    number++;
    if (isUnreadable(item)) continue;
    const id = canonicalId(item);
    if (id !== null && whyInvalid(item, input) === null) yield { record: { ...item, id }, number };
  }
}

function canonicalId({ id }: UploadRecord): string | bigint | null {
  try {
    return parsePointId(id);
  } catch (error) {
    if (isQdxError(error)) return null;
    throw error;
  }
}
