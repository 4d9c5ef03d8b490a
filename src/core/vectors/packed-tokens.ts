/**
 * Sign bits of a text's token vectors as JSON: in a record of a vectors file, and as the payload of a point.
 */
import type { ModelCard } from '../models/cards/card.ts';
import { spaceFingerprint } from '../models/cards/space.ts';
import { rowBytes } from '../models/encoders/token-bits.ts';
import type { PackedTokenVectors } from './record.ts';

/** What sign bits of one model and window have in common: bits of another layout say nothing about a query of this one. */
export interface TokenLayout {
  readonly window: number;
  readonly dimension: number;
  /** See tokenSpace. */
  readonly space: string;
}

export const tokenLayout = (model: ModelCard, window: number): TokenLayout => ({
  window,
  dimension: model.dimension,
  space: tokenSpace(model),
});

/** Names the vector space in each record: points may be carried to a collection of another model, payload and all. */
const tokenSpace = (model: ModelCard): string => spaceFingerprint(model).slice(0, 16);

export function packTokenBits(bits: Uint8Array, { window, dimension, space }: TokenLayout): PackedTokenVectors {
  const data = Buffer.from(bits.buffer, bits.byteOffset, bits.byteLength).toString('base64');
  return { rows: bits.length / rowBytes(dimension), window, encoding: 'sign', space, data };
}

/** Why stored bits cannot be used. */
export type UnusableBits = 'missing' | 'foreign' | 'damaged';

/** The bits of a payload value; `foreign` where another model or window made them. */
export function unpackTokenBits(value: unknown, layout: TokenLayout): Uint8Array | UnusableBits {
  if (value === undefined || value === null) return 'missing';
  if (!isPacked(value)) return 'damaged';
  if (value.encoding !== 'sign' || value.window !== layout.window || value.space !== layout.space) return 'foreign';
  const bits = Buffer.from(value.data, 'base64');
  const isWhole = bits.length > 0 && bits.length === value.rows * rowBytes(layout.dimension);
  return isWhole && bits.toString('base64') === value.data ? bits : 'damaged';
}

function isPacked(value: unknown): value is PackedTokenVectors {
  const { rows, window, encoding, space, data } = (typeof value === 'object' ? value : {}) as PackedTokenVectors;
  return (
    Number.isSafeInteger(rows) &&
    Number.isSafeInteger(window) &&
    [encoding, space, data].every((text) => typeof text === 'string')
  );
}

/** @throws RangeError with the reason; absent `dimension`: any. */
export function assertPacked(value: unknown, dimension: number | undefined): PackedTokenVectors {
  if (value === null || !isPacked(value) || value.encoding !== 'sign')
    throw new RangeError('"tokenVectors" is not {"rows","window","encoding":"sign","space","data"}');
  const { rows, window, space } = value;
  if (rows < 1 || window < 1) throw new RangeError('"tokenVectors" has no rows, or no window');
  if (dimension !== undefined && typeof unpackTokenBits(value, { window, space, dimension }) === 'string')
    throw new RangeError(`"tokenVectors" has other than ${rows} rows of ${rowBytes(dimension)} bytes in base64`);
  return value;
}
