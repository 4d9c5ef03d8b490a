/**
 * One record -> the JSON of one point, as bytes.
 */
import { stringifyJson } from '../../../lib/json.ts';
import type { SparseVector } from '../../lexical/lexical.ts';
import { termsName, type VectorRecord } from '../../vectors/record.ts';
import { type ByteWriter, writeText, writeVector } from './byte-writer.ts';

export interface PointLayout {
  /** Name of the dense vector; empty for the unnamed one. */
  readonly vectorName: string;
  /** Name of the sparse vector in the collection; null: terms are left out. */
  readonly sparseName: string | null;
  /** Payload key of packed token vectors; null: they are left out. */
  readonly tokenVectorsKey: string | null;
  /** Vectors bit for bit, instead of rounded to 8 decimals. */
  readonly exactVectors: boolean;
}

/**
 * Appends `{"id":…,"vector":…,"payload":…}`. The record was validated; its id is canonical.
 * @throws RangeError for a payload that is nested too deeply to be written.
 */
export function writePoint(writer: ByteWriter, record: VectorRecord, layout: PointLayout): void {
  // First, because it alone may throw: nothing is written then.
  const payload = stringifyJson(payloadOf(record, layout));
  writeText(writer, `{"id":${typeof record.id === 'string' ? `"${record.id}"` : String(record.id)},"vector":`);
  writeVectors(writer, record, layout);
  writeText(writer, `,"payload":${payload}}`);
}

function payloadOf(record: VectorRecord, { tokenVectorsKey }: PointLayout): unknown {
  if (!record.tokenVectors || tokenVectorsKey === null) return record.payload;
  return { ...record.payload, [tokenVectorsKey]: record.tokenVectors };
}

function writeVectors(writer: ByteWriter, record: VectorRecord, layout: PointLayout): void {
  const dense = record.vector ?? new Float32Array(0);
  const terms = layout.sparseName === null ? undefined : termsOf(record, layout.sparseName);
  if (layout.vectorName === '' && !terms) {
    writeVector(writer, dense, layout.exactVectors);
    return;
  }
  writeText(writer, `{${JSON.stringify(layout.vectorName)}:`);
  writeVector(writer, dense, layout.exactVectors);
  if (terms) writeText(writer, `,${JSON.stringify(layout.sparseName)}:${JSON.stringify(terms)}`);
  writeText(writer, '}');
}

const termsOf = ({ vectors }: VectorRecord, sparseName: string): SparseVector | undefined =>
  vectors?.[sparseName] ?? vectors?.[termsName];
