/**
 * Opens the encoder of a model for what it is wanted for.
 */
import { availableParallelism } from 'node:os';
import type { RunOptions } from '../../lib/events.ts';
import { chooseDevice, cpuDevice, cudaMissing, type DeviceChoice, deviceFacts } from './onnx/devices.ts';
import type { Encoder } from './encoder.ts';
import type { EncoderModel } from './find-model.ts';
import { createInlineEncoder } from './encoders/inline-encoder.ts';
import { createProcessEncoder } from './encoders/process-encoder.ts';

export interface EncoderOptions {
  readonly device: DeviceChoice;
  /** Sessions on CPU, each a process of one thread; 0: one for each core. A GPU has one. */
  readonly workers: number;
  /**
   * `query`: a few short texts, the fastest start, on the calling thread. `bulk`: many texts, the highest rate, in
   * processes of their own. Both give the same bytes on CPU.
   */
  readonly use: 'query' | 'bulk';
  /** The user's cache folder of qdx. */
  readonly cacheFolder: string;
  /** Tokens of a padded run on a GPU. */
  readonly gpuBatchTokens?: number;
  /**
   * The caller's environment, of which `bulk` processes get what native libraries look at (`CUDA_*`, `LD_LIBRARY_PATH`, …);
   * absent: nothing.
   */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Default of `gpuBatchTokens`, the budget that text-embeddings-inference ships with. */
const gpuBatchTokens = 16_384;

/**
 * @throws QdxError `verification` where a file is not the one of the card, `failed` where `cuda` cannot be had,
 * `refused` for unsafe external data, and where texts may not go to an endpoint.
 */
export async function openEncoder(
  model: EncoderModel,
  options: EncoderOptions,
  run: RunOptions = {},
): Promise<Encoder> {
  for (const message of model.notes) run.onEvent?.({ type: 'note', message });
  if (model.origin === 'endpoint') {
    const { createEndpointEncoder } = await import('./endpoint/endpoint-encoder.ts');
    return createEndpointEncoder(model, options.use, run);
  }
  if (options.use === 'query' && options.device !== 'cuda') return createInlineEncoder(model, options.cacheFolder, run);
  const device = chooseDevice(options.device, deviceFacts(), run.onEvent);
  const { environment = {} } = options;
  const onCpu = { device: cpuDevice, batchTokens: 0, workers: options.workers || availableParallelism(), environment };
  if (device.provider === 'cpu') return createProcessEncoder(model, onCpu, run);
  try {
    const onGpu = { device, workers: 1, batchTokens: options.gpuBatchTokens ?? gpuBatchTokens, environment };
    return await createProcessEncoder(model, onGpu, run);
  } catch (error) {
    if (options.device === 'cuda') throw cudaMissing(String(error), error);
    run.onEvent?.({ type: 'warning', message: `running on CPU, since CUDA could not be started: ${String(error)}` });
    return createProcessEncoder(model, onCpu, run);
  }
}
