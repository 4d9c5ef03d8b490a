/**
 * What a point must be before it is sent. The server answers 400 for a batch with one bad vector but applies part of it,
 * takes 1e39 (infinite as float32, then ranked first) and zero vectors under Cosine: so all of it is checked here.
 */
import type { VectorRecord } from '../../vectors/record.ts';

export interface RecordRules {
  readonly dimension: number;
  /** `Cosine` cannot compare a vector of zeros. */
  readonly distance: string;
}

/** Why the record cannot be a point, as the end of a sentence; null where it can. Its id was checked on parsing. */
export function whyInvalid(record: VectorRecord, rules: RecordRules): string | null {
  return whyVectorInvalid(record.vector, rules) ?? whySparseInvalid(record) ?? whyPayloadInvalid(record.payload);
}

function whyVectorInvalid(vector: Float32Array | undefined, { dimension, distance }: RecordRules): string | null {
  if (!vector || vector.length === 0) return 'it has no vector';
  if (vector.length !== dimension) return `its vector has ${vector.length} dimensions, the collection ${dimension}`;
  let isZero = true;
  for (let index = 0; index < vector.length; index++) {
    const value = vector[index] ?? Number.NaN;
    if (!Number.isFinite(value)) return `component ${index} of its vector is no finite float32`;
    if (value !== 0) isZero = false;
  }
  return isZero && distance === 'Cosine' ? 'its vector is all zeros, which Cosine cannot compare' : null;
}

function whySparseInvalid({ vectors }: VectorRecord): string | null {
  for (const [name, { indices, values }] of Object.entries(vectors ?? {})) {
    if (indices.length !== values.length)
      return `vector "${name}" has ${indices.length} indices and ${values.length} values`;
    if (new Set(indices).size !== indices.length) return `vector "${name}" has an index twice`;
    if (!values.every((value) => Number.isFinite(Math.fround(value))))
      return `a weight of vector "${name}" is no finite float32`;
  }
  return null;
}

const whyPayloadInvalid = (payload: unknown): string | null =>
  typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? null : 'its payload is no object';
