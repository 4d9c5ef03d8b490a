/**
 * Numbers of a tensor as float32; half floats are decoded by hand, since Node 20 has no Float16Array.
 */
import type { Tensor } from 'onnxruntime-node';

/** Undefined for a tensor that holds no floats. */
export function floatsOf(tensor: Pick<Tensor, 'type' | 'data'>): Float32Array | undefined {
  const { data } = tensor;
  if (data instanceof Float32Array) return data;
  if (tensor.type !== 'float16') return undefined;
  // Newer Node versions hand out a Float16Array, whose elements are numbers already.
  return data instanceof Uint16Array ? decodeHalves(data) : Float32Array.from(data as ArrayLike<number>);
}

/** IEEE 754 binary16 to binary32, exact for every value. */
export function decodeHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (bits) => halfToNumber(bits));
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
