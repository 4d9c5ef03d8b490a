/**
 * Tokens as the tensors that a text model asks for, by the names that exports use.
 */
import type { Tensor } from 'onnxruntime-node';
import { QdxError } from '../../../lib/errors.ts';

export interface TokenRow {
  readonly ids: Int32Array;
  /** Which of two texts a token is of; absent: all of one. */
  readonly types?: Uint8Array;
}

export type MakeTensor = (values: BigInt64Array, dims: readonly number[]) => Tensor;

/** Rows of different lengths are padded at their ends, and masked there. */
export function feedsFor(
  names: readonly string[],
  rows: readonly TokenRow[],
  tensor: MakeTensor,
): Record<string, Tensor> {
  const length = Math.max(...rows.map(({ ids }) => ids.length));
  const shape = [rows.length, length];
  const fill = (valueOf: (row: TokenRow, column: number) => number | bigint): BigInt64Array => {
    const values = new BigInt64Array(rows.length * length);
    for (const [at, row] of rows.entries())
      for (let column = 0; column < row.ids.length; column++)
        values[at * length + column] = BigInt(valueOf(row, column));
    return values;
  };
  const makers: Readonly<Record<string, () => BigInt64Array>> = {
    input_ids: () => fill(({ ids }, column) => ids[column] ?? 0),
    attention_mask: () => fill(() => 1n),
    token_type_ids: () => fill(({ types }, column) => types?.[column] ?? 0),
    position_ids: () => BigInt64Array.from({ length: rows.length * length }, (_, at) => BigInt(at % length)),
  };
  return Object.fromEntries(
    names.map((name) => {
      const make = makers[name];
      if (!make) throw new QdxError('verification', `the model wants an input ${name} that qdx does not know`);
      return [name, tensor(make(), shape)];
    }),
  );
}
