/**
 * Which hits are from one file, and which from one section of it.
 */
import type { PayloadField } from '../../corpus/chunk.ts';
import { keyOf } from '../../qdrant/collection/payload-keys.ts';
import type { Candidate } from '../candidates.ts';

type Placed = Pick<Candidate, 'target' | 'payload'>;

/** Two sources of one collection may have a file of the same path. */
export const fileKey = (placed: Placed): string =>
  JSON.stringify([placed.target.name, field(placed, 'source'), field(placed, 'source_path')]);

/** Pieces of one definition, or of the text below one heading; null for what is below neither. */
export function sectionKey(placed: Placed): string | null {
  const path = field(placed, 'symbol_path') ?? field(placed, 'heading_path');
  const isNamed = Array.isArray(path) ? path.length > 0 : typeof path === 'string' && path !== '';
  return isNamed ? `${fileKey(placed)}${JSON.stringify(path)}` : null;
}

const field = ({ target, payload }: Placed, name: PayloadField): unknown => payload[keyOf(name, target.payloadKeys)];
