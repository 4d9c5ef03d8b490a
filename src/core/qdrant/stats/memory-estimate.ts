/**
 * How much memory a collection's vectors want, with and without quantization. An estimate: the server tells no figure for
 * one collection (before 1.18), and page cache comes on top.
 *
 * - Vectors: points × dimensions × 4 bytes (float32).
 * - HNSW graph: points × 2·m links on its lowest level × 4 bytes; the levels above add about 1/m of that and are left out
 *   (Malkov and Yashunin 2018, section 4.2.3; Qdrant's `m0` is 2·m).
 * - Quantized copy: 1 byte a dimension (int8), 1, 1.5 or 2 bits (binary), x4 to x64 less than float32 (product).
 * - For planning, Qdrant's own guide takes vectors × 1.5: metadata, segments that are being rebuilt
 *   (https://qdrant.tech/documentation/guides/capacity-planning/).
 */

export interface MemoryInput {
  readonly points: number;
  readonly dimension: number;
  /** Links of a node; 0: no graph. */
  readonly m: number;
  readonly vectorsOnDisk: boolean;
  readonly graphOnDisk: boolean;
  readonly quantization: QuantizationSize | null;
}

export interface QuantizationSize {
  readonly bitsPerDimension: number;
  readonly alwaysRam: boolean;
}

export interface MemoryEstimate {
  readonly vectorBytes: number;
  readonly graphBytes: number;
  /** 0 without quantization. */
  readonly quantizedBytes: number;
  /** What stays in memory as the collection is configured. */
  readonly configuredBytes: number;
  /** The same collection without quantization, vectors in memory. */
  readonly withoutQuantizationBytes: number;
  /** With quantized vectors in memory and the originals on disk. */
  readonly withInt8Bytes: number;
  readonly withBinaryBytes: number;
  /** Qdrant's rule for planning: vectors × 1.5. */
  readonly planningBytes: number;
}

/** Of a float32, as Qdrant keeps the numbers of vectors. */
export const bytesPerFloat = 4;
/** Of a link of the graph: the number of a point, 32 bits. */
export const bytesPerLink = 4;
/** Qdrant's own rule for planning (see above): what is being rebuilt exists twice for a while. */
export const planningFactor = 1.5;

export function estimateMemory(input: MemoryInput): MemoryEstimate {
  const { points, dimension, m, quantization } = input;
  const numbers = points * dimension;
  const vectorBytes = numbers * bytesPerFloat;
  const graphBytes = points * 2 * m * bytesPerLink;
  const quantizedBytes = quantization ? Math.ceil((numbers * quantization.bitsPerDimension) / 8) : 0;
  return {
    vectorBytes,
    graphBytes,
    quantizedBytes,
    configuredBytes:
      (input.vectorsOnDisk ? 0 : vectorBytes) +
      (input.graphOnDisk ? 0 : graphBytes) +
      (quantization?.alwaysRam || !input.vectorsOnDisk ? quantizedBytes : 0),
    withoutQuantizationBytes: vectorBytes + graphBytes,
    withInt8Bytes: numbers + graphBytes,
    withBinaryBytes: Math.ceil(numbers / 8) + graphBytes,
    planningBytes: Math.ceil(vectorBytes * planningFactor),
  };
}

const binaryBits: Readonly<Record<string, number>> = { one_bit: 1, one_and_half_bits: 1.5, two_bits: 2 };

/** From the server's `quantization_config`; null for none, and for kinds that this version does not know. */
export function quantizationSize(
  config: Readonly<Record<string, Readonly<Record<string, unknown>>>> | null | undefined,
): QuantizationSize | null {
  const alwaysRam = (kind: string): boolean => config?.[kind]?.['always_ram'] === true;
  if (config?.['scalar']) return { bitsPerDimension: 8, alwaysRam: alwaysRam('scalar') };
  if (config?.['binary'])
    return {
      bitsPerDimension: binaryBits[String(config['binary']['encoding'])] ?? 1,
      alwaysRam: alwaysRam('binary'),
    };
  const compression = /^x(\d+)$/u.exec(String(config?.['product']?.['compression']))?.[1];
  return compression ? { bitsPerDimension: 32 / Number(compression), alwaysRam: alwaysRam('product') } : null;
}
