/**
 * `bench quantization`: how far can the vectors of this collection be compressed, and what must a search ask for then?
 */
import { formatBytes } from '../../../lib/quantities.ts';
import { bytesPerFloat } from '../../qdrant/stats/memory-estimate.ts';
import type { Build } from './tuning.ts';
import type { TuningRow } from '../tuning/row.ts';
import type { VectorSource } from '../tuning/source.ts';
import type { Way } from '../tuning/sweep.ts';

const oversamplings = [1.5, 2, 3, 4, 6, 10];
const efs = [64, 128];

interface Kind {
  readonly name: string;
  readonly bitsPerDimension: number;
  readonly config: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const binary = (name: string, bits: number, encoding: string, queryEncoding: string): Kind => ({
  name,
  bitsPerDimension: bits,
  config: { binary: { always_ram: true, encoding, query_encoding: queryEncoding } },
});

const kinds: readonly Kind[] = [
  { name: 'int8', bitsPerDimension: 8, config: { scalar: { type: 'int8', quantile: 0.99, always_ram: true } } },
  ...(
    [
      ['1 bit', 1, 'one_bit'],
      ['1.5 bits', 1.5, 'one_and_half_bits'],
      ['2 bits', 2, 'two_bits'],
    ] as const
  ).flatMap(([name, bits, encoding]) => [
    binary(`binary ${name}`, bits, encoding, 'default'),
    binary(`binary ${name}, query 8 bits`, bits, encoding, 'scalar8bits'),
  ]),
];

/** @param hasEncodings Whether the server knows more than one bit (1.15). @param efSearch As configured. */
export function quantizationBuilds(
  { dimension }: Pick<VectorSource, 'dimension'>,
  { hasEncodings, efSearch }: { readonly hasEncodings: boolean; readonly efSearch: number },
): Build[] {
  const allEfs = [...new Set([efSearch, ...efs])].toSorted((a, b) => a - b);
  const fullBytes = (points: number): number => points * dimension * bytesPerFloat;
  const none: Build = {
    name: 'none',
    patch: { quantization_config: 'Disabled' },
    kind: null,
    ways: allEfs.map((ef) => ({ name: `ef ${ef}`, params: { hnsw_ef: ef } })),
    bytes: (points) => ({ ramBytes: fullBytes(points), diskBytes: fullBytes(points) }),
  };
  const known = kinds.filter(({ name }) => hasEncodings || name === 'int8' || name === 'binary 1 bit');
  const quantized = known.map(({ name, bitsPerDimension, config }): Build => {
    const ownBytes = (points: number): number => Math.ceil((points * dimension * bitsPerDimension) / 8);
    return {
      name,
      patch: { quantization_config: hasEncodings ? config : withoutEncodings(config) },
      kind: Object.keys(config)[0] ?? null,
      ways: allEfs.flatMap(waysOf),
      bytes: (points) => ({ ramBytes: ownBytes(points), diskBytes: fullBytes(points) + ownBytes(points) }),
    };
  });
  return [none, ...quantized];
}

/** Rescoring as many as are asked for changes their order alone, so oversampling begins above 1. */
const waysOf = (ef: number): Way[] => [
  { name: `no rescore, ef ${ef}`, params: { hnsw_ef: ef, quantization: { rescore: false } } },
  ...oversamplings.map((oversampling) => ({
    name: `rescore ×${oversampling}, ef ${ef}`,
    params: { hnsw_ef: ef, quantization: { rescore: true, oversampling } },
  })),
];

/** Older servers ignore them without a word. */
function withoutEncodings(config: Kind['config']): Kind['config'] {
  if (!config['binary']) return config;
  const { encoding: _encoding, query_encoding: _query, ...rest } = config['binary'];
  return { binary: rest };
}

/** `rescore` and `oversampling` belong to each search, so they are settings of qdx and of nobody's server. */
export function searchAdvice({ params, ramBytes }: TuningRow): string {
  const { hnsw_ef: ef, quantization } = params as {
    readonly hnsw_ef?: number;
    readonly quantization?: { readonly rescore: boolean; readonly oversampling?: number };
  };
  const settings = {
    index: { efSearch: ef },
    ...(quantization && {
      search: {
        rescore: quantization.rescore,
        ...(quantization.oversampling !== undefined && { oversampling: quantization.oversampling }),
      },
    }),
  };
  return `${formatBytes(ramBytes)} of vectors in memory; searches ask for it with ${JSON.stringify(settings)} in qdx.config.json`;
}
