/**
 * How many tokens may run together on a GPU: what its free memory bears, as far as the driver's own tool tells it. ONNX Runtime in
 * Node has no limit of its own to set, so that the batch is the only one.
 */
import { execa } from 'execa';
import type { ModelCard } from '../cards/card.ts';

/** What text-embeddings-inference ships with: beyond it a larger run gains nothing. */
const mostTokens = 16_384;
/** Less is slower than it is safe. */
const leastTokens = 512;
/** Half is left to weights, kernels and whoever else is there. */
const usableShare = 0.5;
/**
 * Bytes of a token and dimension while a layer runs: activations of the feed-forward block (4 dimensions), attention scores of 512
 * neighbours in 12 heads, each in float32 with its workspace. An estimate on the large side, not measured on a GPU.
 */
const bytesPerTokenAndDimension = 170;

/** Bytes free on a GPU; null where nvidia-smi is not there or does not say. */
export async function freeGpuBytes(deviceId: number): Promise<number | null> {
  const query = [`--id=${deviceId}`, '--query-gpu=memory.free', '--format=csv,noheader,nounits'];
  const { stdout, failed } = await execa('nvidia-smi', query, { reject: false, timeout: 5000 });
  const mebibytes = Number(stdout?.trim() === '' ? Number.NaN : stdout);
  return failed || !Number.isFinite(mebibytes) ? null : mebibytes * 2 ** 20;
}

/** @param freeBytes Null where it is not known: then what usually fits. */
export function gpuBatchTokens(freeBytes: number | null, { dimension }: Pick<ModelCard, 'dimension'>): number {
  if (freeBytes === null) return mostTokens;
  const fitting = Math.floor((freeBytes * usableShare) / (bytesPerTokenAndDimension * dimension));
  return Math.max(leastTokens, Math.min(mostTokens, fitting));
}
