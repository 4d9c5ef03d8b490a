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
import { duplicateId } from './duplicate-id.ts';
import { isUnreadable, type UnreadableRecord, type UploadRecord } from './record-source.ts';
import { type RejectLog, rejectOf } from './rejects.ts';
import { type RecordRules, whyInvalid } from './validate-record.ts';
import { createVersions } from './versions.ts';

export interface IntakeInput extends RecordRules {
  readonly onDuplicate: Settings['upload']['onDuplicate'];
  readonly rejects: RejectLog;
  readonly doubledKeys: DoubledKeyLog;
  readonly expectedCount?: number;
}

export interface AcceptedRecord {
  readonly record: VectorRecord;
  readonly line: number;
  /**
   * Of an earlier record with the same id: `loses` where this one is to be written after it, `wins` where this one counts
   * only if the server refuses that one.
   */
  readonly earlier: 'none' | 'loses' | 'wins';
}

export interface Intake {
  readonly read: number;
  /** Good records that another one of the same id stands for. */
  readonly duplicates: number;
  /** Null for what is rejected. @throws QdxError `verification` for a duplicate under `error`. */
  take(item: UploadRecord | UnreadableRecord): AcceptedRecord | null;
  /** Adds the point to a batch; false where it cannot be written. */
  encode(builder: BatchBuilder, accepted: AcceptedRecord): boolean;
  /** It is in a batch now. A record that never gets there is as if it had not been in the input. */
  sent(accepted: AcceptedRecord): void;
  /** Whether a record of this id was sent and not refused until now. */
  stands(id: PointId): boolean;
  /** Counts a record whose earlier one stands. */
  leaveOut(): void;
  /** The server did not take this point. */
  refused(point: PointSpan, reason: string): void;
  acceptedIds(): Generator<string | bigint, void, undefined>;
}

/** Of one request; larger points cannot reach the server whatever the batch. */
const largestPointBytes = 32 * 1024 * 1024 - 1024;

export function createIntake(input: IntakeInput): Intake {
  const versions = createVersions(input.expectedCount);
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
      const firstLine = versions.firstLine(id);
      const record = { ...rest, id };
      if (firstLine === undefined) return { record, line, earlier: 'none' };
      if (input.onDuplicate === 'error') throw duplicateId(id, firstLine, line);
      return { record, line, earlier: input.onDuplicate === 'last' ? 'loses' : 'wins' };
    },
    encode(builder, { record, line }) {
      const reason = whyNotAdded(builder, record, line);
      if (reason !== null) reject(line, reason, record.id);
      return reason === null;
    },
    sent({ record: { id }, line }) {
      if (versions.standing(id) > 0) duplicates++;
      versions.sent(id, line);
    },
    stands: (id) => versions.standing(id) > 0,
    leaveOut: () => {
      duplicates++;
    },
    refused: ({ line, id }, reason) => {
      if (versions.standing(id) > 1) duplicates--;
      versions.refused(id);
      reject(line, reason, id);
    },
    acceptedIds: () => versions.ids(),
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
