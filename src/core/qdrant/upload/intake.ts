/**
 * The door of an upload: every record is checked, counted and either accepted or turned away with a reason.
 */
import { QdxError } from '../../../lib/errors.ts';
import type { Settings } from '../../config/schema.ts';
import { parsePointId } from '../../corpus/ids.ts';
import type { VectorRecord } from '../../vectors/record.ts';
import type { PointId } from '../collection/points.ts';
import type { BatchBuilder, PointSpan } from './batch.ts';
import type { DoubledKeyLog } from './doubled-keys.ts';
import { isUnreadable, type UnreadableRecord, type UploadRecord } from './record-source.ts';
import { type RejectLog, rejectOf } from './rejects.ts';
import { createSeenIds } from './seen-ids.ts';
import { type RecordRules, whyInvalid } from './validate-record.ts';

export interface IntakeInput extends RecordRules {
  readonly onDuplicate: Settings['upload']['onDuplicate'];
  readonly rejects: RejectLog;
  readonly doubledKeys: DoubledKeyLog;
  readonly expectedCount?: number;
}

export interface AcceptedRecord {
  readonly record: VectorRecord;
  readonly line: number;
  /** An earlier record has the same id, and this one is to win. */
  readonly replaces: boolean;
}

export interface Intake {
  readonly read: number;
  readonly duplicates: number;
  /** Null for what is rejected or left out. @throws QdxError `usage` for a duplicate under `error`. */
  take(item: UploadRecord | UnreadableRecord): AcceptedRecord | null;
  /** Adds the point to a batch; false where it cannot be written. */
  encode(builder: BatchBuilder, record: VectorRecord, line: number): boolean;
  /** The server did not take this point. */
  refused(point: PointSpan, reason: string): void;
  acceptedIds(): Generator<string | bigint, void, undefined>;
}

/** Of one request; larger points cannot reach the server whatever the batch. */
const largestPointBytes = 32 * 1024 * 1024 - 1024;

export function createIntake(input: IntakeInput): Intake {
  const seen = createSeenIds(input.expectedCount);
  const turnedAway = new Set<string>();
  let read = 0;
  let duplicates = 0;
  const reject = (line: number, reason: string, id: PointId | undefined, file?: string): null => {
    input.rejects.add({
      line,
      reason,
      ...(id !== undefined && { id: String(id) }),
      ...(file !== undefined && { file }),
    });
    return null;
  };
  const forget = (line: number, reason: string, id: PointId): false => {
    turnedAway.add(String(id));
    reject(line, reason, id);
    return false;
  };
  return {
    get read() {
      return read;
    },
    get duplicates() {
      return duplicates;
    },
    take(item) {
      read++;
      if (isUnreadable(item)) {
        input.rejects.add(rejectOf(item));
        return null;
      }
      const { line = read, file, doubledKeys = [], ...rest } = item;
      if (doubledKeys.length > 0) input.doubledKeys.add(doubledKeys, line, file);
      const id = canonicalId(rest.id);
      if (id instanceof QdxError) return reject(line, id.message, rest.id, file);
      const reason = whyInvalid(rest, input);
      if (reason !== null) return reject(line, reason, id, file);
      const firstLine = seen.add(id, line);
      const record = { ...rest, id };
      if (firstLine === undefined) return { record, line, replaces: false };
      if (input.onDuplicate === 'error') throw duplicateId(id, firstLine, line);
      duplicates++;
      return input.onDuplicate === 'last' ? { record, line, replaces: true } : null;
    },
    encode(builder, record, line) {
      const reason = whyNotAdded(builder, record, line);
      return reason === null || forget(line, reason, record.id);
    },
    refused: ({ line, id }, reason) => {
      forget(line, reason, id);
    },
    *acceptedIds() {
      for (const id of seen.ids()) if (!turnedAway.has(String(id))) yield id;
    },
  };
}

function whyNotAdded(builder: BatchBuilder, record: VectorRecord, line: number): string | null {
  try {
    if (builder.add(record, line) <= largestPointBytes) return null;
  } catch (error) {
    if (error instanceof RangeError) return 'its payload is nested too deeply';
    throw error;
  }
  builder.dropLast();
  return 'with its payload it is larger than the 32 MiB of one request';
}

/** A UUID as Qdrant writes it, or an integer. */
function canonicalId(id: PointId): string | bigint | QdxError {
  try {
    return parsePointId(id);
  } catch (error) {
    if (error instanceof QdxError) return error;
    throw error;
  }
}

const duplicateId = (id: PointId, firstLine: number, line: number): QdxError =>
  new QdxError('usage', `line ${line}: id ${String(id)} was on line ${firstLine} already`, {
    hint: 'add --on-duplicate first or --on-duplicate last; points before that line may have been written',
    details: { id: String(id), firstLine, line },
  });
